import { describe, expect, it } from "vitest";
import { type AttackContext, fabT, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, openStream, row } from "../../../host/core/index.js";
import { distortionOf } from "../../../host/metrics/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "./models.js";

const SHAPE = [5, 2, 1];

async function contextOf(
  change: Partial<AttackContext>,
  entered: Record<string, ParamValue> = {},
): Promise<AttackContext> {
  const { model, x } = { model: linearModel(SHAPE, 4).model, ...change } as AttackContext & {
    model: { kind: "gradient" };
  };
  return {
    model,
    x,
    labels: await labelsOf(model as never, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams("fab-t", fabT.params, entered),
    rng: (sample, restart = 0) => openStream(5, "fab-t", sample, restart),
    ...change,
  };
}

/** The middle of the bounds and a little around it: no element reaches a bound before the boundary. */
function inside(x: Batch): Batch {
  return { data: x.data.map((value) => 0.48 + 0.04 * value), shape: x.shape };
}

describe("on a linear model", () => {
  const { model, weights } = linearModel(SHAPE, 4);
  const x = inside(samplesFor(model, 12));

  it.each(["linf", "l2"] as const)("finds the exact distance to the nearest boundary, %s", async (norm) => {
    const context = await contextOf({ model, x, norm });
    const [found] = (await fabT.run(context)) as [Batch];
    const logits = await model.logits(x);
    for (let i = 0; i < countOf(x); i++) {
      const label = context.labels[i] as number;
      const distances = weights.map((w, k) => {
        if (k === label) return Number.POSITIVE_INFINITY;
        const direction = w.map((value, d) => value - ((weights[label] as Float64Array)[d] as number));
        const lead = (row(logits, i)[label] as number) - (row(logits, i)[k] as number);
        return lead / (norm === "l2" ? Math.hypot(...direction) : direction.reduce((sum, d) => sum + Math.abs(d), 0));
      });
      const nearest = Math.min(...distances);
      const length = distortionOf(row(x, i), row(found, i))[norm];
      expect(length).toBeGreaterThan(nearest - 1e-6);
      expect(length).toBeLessThan(nearest * 1.001 + 1e-6);
      expect(argmax(row(await model.logits(found), i))).not.toBe(label);
    }
  });

  it("a targeted goal finds the nearest point where the target leads all others", async () => {
    const two = linearModel(SHAPE, 2);
    const labels = await labelsOf(two.model, x);
    const goal = { kind: "targeted", targets: labels.map((label) => 1 - label) } as const;
    const targeted = (await fabT.run(await contextOf({ model: two.model, x, goal }))) as [Batch];
    const untargeted = (await fabT.run(await contextOf({ model: two.model, x }))) as [Batch];
    for (let i = 0; i < countOf(x); i++) {
      expect(distortionOf(row(targeted[0], i), row(untargeted[0], i)).linf).toBeLessThan(1e-5);
    }
  });
});

it("the final search shortens what the walk found and still fools", async () => {
  const model = curvedModel(SHAPE, 4);
  const x = samplesFor(model, 12);
  const lengths = async (searchSteps: number): Promise<number[]> => {
    const context = await contextOf({ model, x }, { searchSteps, steps: 4 });
    const [found] = (await fabT.run(context)) as [Batch];
    const logits = await model.logits(found);
    return Array.from({ length: countOf(x) }, (_, i) => {
      if (Number.isNaN(row(found, i)[0])) return Number.POSITIVE_INFINITY;
      expect(argmax(row(logits, i))).not.toBe(context.labels[i]);
      return distortionOf(row(x, i), row(found, i)).l2;
    });
  };
  const [without, searched] = [await lengths(0), await lengths(3)];
  expect(without.every((length, i) => (searched[i] as number) <= length)).toBe(true);
  expect(without.filter((length, i) => (searched[i] as number) < 0.999 * length).length).toBeGreaterThan(5);
});

it("returns a sample that is fooled as it is, and gives up on one that cannot be", async () => {
  const { model } = linearModel(SHAPE, 4);
  const x = inside(samplesFor(model, 3));
  const labels = await labelsOf(model, x);
  labels[1] = ((labels[1] as number) + 1) % 4;
  const [found] = (await fabT.run(await contextOf({ model, x, labels }))) as [Batch];
  expect(row(found, 1)).toEqual(row(x, 1));
  const flat = {
    ...model,
    open: async (asked: Batch) => ({
      ...(await model.open(asked)),
      backward: async () => ({ data: new Float32Array(asked.data.length), shape: asked.shape }),
    }),
  };
  const [stuck] = (await fabT.run(await contextOf({ model: flat, x }))) as [Batch];
  expect(stuck.data.every(Number.isNaN)).toBe(true);
});
