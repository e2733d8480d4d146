/** What the attacks on labels keep, each in a way that only an oracle can see. */

import { describe, expect, it } from "vitest";
import { floatOracle, type ParamValue } from "../../../host/attacks/index.js";
import { type Batch, type Grid, gather, type Norm, row, snapToGrid } from "../../../host/core/index.js";
import { type Asked, attack, beyond, direction, model, samplesAt, watched } from "./label-attacks.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
const DISTANCES = [0.2, 0.35, 0.5];

interface Case {
  readonly id: string;
  readonly norm: Norm;
  readonly entered: Record<string, ParamValue>;
  /** The norm it may exceed the true distance by, as a factor. */
  readonly within: number;
}

const CASES: readonly Case[] = [
  { id: "boundary", norm: "l2", entered: { steps: 3000 }, within: 1.05 },
  { id: "boundary", norm: "l2", entered: { rule: "trials", steps: 150, epsilon: 1 }, within: 1.1 },
  { id: "geoda", norm: "l2", entered: { maxQueries: 4000 }, within: 1.02 },
  { id: "geoda", norm: "linf", entered: { maxQueries: 4000 }, within: 1.15 },
  { id: "hop-skip-jump", norm: "l2", entered: { steps: 20 }, within: 1.02 },
  { id: "hop-skip-jump", norm: "linf", entered: { steps: 20 }, within: 1.15 },
];

const distanceOf = (a: Float32Array, b: Float32Array, norm: Norm): number => {
  const gaps = Array.from(a, (value, i) => Math.abs(value - (b[i] as number)));
  return norm === "linf" ? Math.max(...gaps) : Math.hypot(...gaps);
};

/** The distance to a plane in linf is the one in l2 times |w|_2 / |w|_1. */
const dual = Math.hypot(...direction) / direction.reduce((sum, w) => sum + Math.abs(w), 0);

describe.each(CASES)("$id $norm $entered", ({ id, norm, entered, within }) => {
  const x = samplesAt(DISTANCES);

  it("comes near the true distance to a plane, with points that the oracle took as fooling", async () => {
    const { oracle, asked } = watched();
    const found = await attack(id, oracle, x, entered, { norm });
    for (const [i, far] of DISTANCES.entries()) {
      const least = norm === "linf" ? far * dual : far;
      const reached = distanceOf(row(found, i), row(x, i), norm);
      expect(reached).toBeGreaterThan(0.999 * least);
      expect(reached).toBeLessThan(within * least);
      const same = asked.get(10 + i)?.find(({ point }) => point.every((value, k) => value === row(found, i)[k]));
      expect(same?.isFooling).toBe(true);
    }
  });

  it("returns the nearest of all fooling points it ever asked, and counts what it asked", async () => {
    const { oracle, asked } = watched();
    const found = await attack(id, oracle, x, entered, { norm });
    for (const i of DISTANCES.keys()) {
      const all = asked.get(10 + i) ?? [];
      const fooling = all.filter(({ isFooling }) => isFooling).map(({ point }) => distanceOf(point, row(x, i), norm));
      expect(distanceOf(row(found, i), row(x, i), norm)).toBeCloseTo(Math.min(...fooling), 6);
      expect(oracle.queries.get(10 + i)).toBe(all.length);
    }
  });

  it.each([1, 2, 7, 60, 333])("keeps a budget of %i to the query", async (budget) => {
    const { oracle } = watched(floatOracle(model, { gives: "labels", budget }));
    const found = await attack(id, oracle, x, entered, { norm });
    for (const i of DISTANCES.keys()) {
      expect(oracle.queries.get(10 + i)).toBeLessThanOrEqual(budget);
      const point = row(found, i);
      if (!point.some(Number.isNaN)) expect(beyond(point)).toBeGreaterThan(0);
    }
    if (budget === 1) expect(found.data.every(Number.isNaN)).toBe(true);
    if (budget >= 60) expect(found.data.some(Number.isNaN)).toBe(false);
  });

  it("returns what it has when time runs out", async () => {
    const { oracle } = watched();
    let calls = 0;
    const short = { ...oracle, remaining: () => (calls > 40 ? 0 : 1e6), query: oracle.query };
    const counted = {
      ...short,
      query: (batch: Batch, samples: readonly number[]) => {
        calls++;
        return oracle.query(batch, samples);
      },
    };
    const found = await attack(id, counted, x, entered, { norm });
    expect(calls).toBe(41);
    for (const i of DISTANCES.keys()) expect(beyond(row(found, i))).toBeGreaterThan(0);
  });

  it("asks an oracle on a grid for grid points only, and still comes near", async () => {
    const { oracle, asked } = watched({ ...floatOracle(model, { gives: "labels" }), grid: GRID });
    const onGrid = { data: snapToGrid(x.data, GRID), shape: x.shape };
    const found = await attack(id, oracle, onGrid, entered, { norm });
    for (const [i, far] of DISTANCES.entries()) {
      for (const { point } of asked.get(10 + i) ?? []) expect(point).toEqual(snapToGrid(point, GRID));
      expect(beyond(row(found, i))).toBeGreaterThan(0);
      const least = norm === "linf" ? far * dual : far;
      const slack = norm === "linf" ? 2 * GRID.scale : 0.02;
      expect(distanceOf(row(found, i), row(onGrid, i), norm)).toBeLessThan(1.25 * least + slack);
    }
  });

  it("leaves a sample alone that is misclassified as it is, for one query", async () => {
    const { oracle } = watched();
    const wrong = samplesAt([-0.3]);
    expect(await attack(id, oracle, wrong, entered, { norm })).toEqual(wrong);
    expect(oracle.queries.get(10)).toBe(1);
  });

  it("begins at the start that is given, and elsewhere where that does not fool", async () => {
    const { oracle, asked } = watched();
    const start = samplesAt([-0.4, 0.1, Number.NaN]);
    const found = await attack(id, oracle, x, entered, { norm, start });
    expect(asked.get(10)?.[1]?.point).toEqual(row(start, 0));
    expect(asked.get(11)?.[1]?.point).toEqual(row(start, 1));
    for (const i of DISTANCES.keys()) expect(beyond(row(found, i))).toBeGreaterThan(0);
  });

  it("gives up on a target that no random point reaches, and says so", async () => {
    const notes: string[] = [];
    const never = watched({
      ...floatOracle(model, { gives: "labels" }),
      classes: 3,
      query: async (_batch, samples) => ({
        data: Float32Array.from(samples.flatMap(() => [1, 0, 0])),
        shape: [samples.length, 3],
      }),
    });
    const goal = { kind: "targeted", targets: Int32Array.of(2) } as const;
    const one = gather(x, [0]);
    const found = await attack(
      id,
      never.oracle,
      one,
      { ...entered, initSize: 7 },
      { norm, goal, note: (line) => notes.push(line) },
    );
    expect(found.data.every(Number.isNaN)).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/no point of the target class in 7 random ones for 1 sample \(10\)/)]);
    expect(never.asked.get(10)).toHaveLength(8);
  });
});

it("every candidate of the serial walk is nearer than all fooling points before it", async () => {
  const { oracle, asked } = watched();
  const x = samplesAt([0.3]);
  await attack("boundary", oracle, x, { steps: 200 });
  const all = asked.get(10) ?? [];
  // 200 rounds, of which every tenth asks the step on the sphere too.
  const rounds = all.slice(-220);
  let best = Math.min(...all.slice(0, -220).flatMap(toDistance));
  for (const [k, one] of rounds.entries()) {
    if (k % 11 === 10) continue;
    expect(distanceOf(one.point, x.data, "l2")).toBeLessThan(best);
    best = Math.min(best, ...toDistance(one));
  }
  function toDistance({ point, isFooling }: Asked): number[] {
    return isFooling ? [distanceOf(point, x.data, "l2")] : [];
  }
});
