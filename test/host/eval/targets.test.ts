import { describe, expect, it } from "vitest";
import { cleanLogits, targetOf } from "../../../host/eval/targets.js";
import { fakeModel, SAMPLES } from "./fakes.js";

const of = (target: string, label: number, classes = 3, sample = 5, seed = 1, logits?: number[]) =>
  targetOf(target, { sample, label, logits }, classes, seed);

describe("targetOf", () => {
  it("is a class by its number, or the one after the label, which may be the first", () => {
    expect([of("2", 0), of("next", 0), of("next", 2)]).toEqual([2, 1, 0]);
  });

  it("draws any class but the label, evenly, by seed and sample alone", () => {
    const draws = Array.from({ length: 3000 }, (_, sample) => of("random", 1, 4, sample));
    const counts = [0, 1, 2, 3].map((k) => draws.filter((target) => target === k).length);
    expect(counts[1]).toBe(0);
    for (const k of [0, 2, 3]) expect(Math.abs((counts[k] as number) - 1000)).toBeLessThan(100);
    expect(of("random", 1, 4, 17)).toBe(of("random", 1, 4, 17));
    const seeds = Array.from({ length: 30 }, (_, seed) => of("random", 1, 4, 17, seed));
    expect(new Set(seeds).size).toBeGreaterThan(1);
    expect(Array.from({ length: 20 }, (_, sample) => of("random", 1, 2, sample))).toEqual(Array(20).fill(0));
  });

  it("is the most likely class but the label", () => {
    expect(of("likely", 0, 3, 0, 1, [5, 1, 2])).toBe(2);
    expect(of("likely", 1, 3, 0, 1, [5, 1, 2])).toBe(0);
    expect(of("likely", 0, 2, 0, 1, [5, -40])).toBe(1);
  });

  it.each(["3", "-1", "1.5", "cat", ""])("refuses class %j of 3", (target) => {
    expect(() => of(target, 0)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

it("cleanLogits passes all rows in batches of the run's size, the last one shorter", async () => {
  const model = fakeModel();
  const sizes: number[] = [];
  const rows = await cleanLogits(
    (x) => {
      sizes.push(x.shape[0] as number);
      return model.logits(x);
    },
    SAMPLES.clean,
    7,
    3,
  );
  expect(sizes).toEqual([3, 3, 1]);
  const whole = await model.logits(SAMPLES.clean(0, 7));
  expect(rows.flatMap((logits) => [...logits])).toEqual([...whole.data]);
});
