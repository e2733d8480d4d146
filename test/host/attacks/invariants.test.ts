/** What every attack must keep, whatever its method: one row of the table each. */

import { describe, expect, it } from "vitest";
import {
  ATTACKS,
  type Attack,
  type AttackContext,
  type Goal,
  type ParamValue,
  parseParams,
} from "../../../host/attacks/index.js";
import {
  argmax,
  type Batch,
  countOf,
  fromGrid,
  type Grid,
  gather,
  type Norm,
  openStream,
  row,
  STEP_TOLERANCE,
  toGrid,
} from "../../../host/core/index.js";
import { curvedModel, labelsOf, samplesFor } from "./models.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
const SHAPE = [4, 4, 3];

/** Budgets that leave the curved model's accuracy well below 1, smallest first. */
const EPS: Partial<Record<Norm, number[]>> = { linf: [1 / 255, 0.1], l2: [0.02, 0.5] };

const CASES: { id: string; norm: Norm; entered: Record<string, ParamValue> }[] = [
  { id: "fgsm", norm: "linf", entered: {} },
  { id: "fgsm", norm: "l2", entered: {} },
  { id: "pgd", norm: "linf", entered: {} },
  { id: "pgd", norm: "l2", entered: {} },
  { id: "pgd", norm: "linf", entered: { restarts: 3, steps: 5, "step-size": 0.3 } },
  { id: "pgd", norm: "l2", entered: { restarts: 3, steps: 5, step_size: 0.3 } },
  { id: "pgd", norm: "linf", entered: { randomStart: false } },
];

it("the table covers every attack in each of its norms", () => {
  const wanted = ATTACKS.flatMap((attack) => attack.norms.map((norm) => `${attack.id} ${norm}`));
  const covered = new Set(CASES.map(({ id, norm }) => `${id} ${norm}`));
  expect(wanted.filter((name) => !covered.has(name))).toEqual([]);
});

function distance(norm: Norm, a: Float32Array, b: Float32Array): number {
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] as number) - (b[i] as number));
    sum += d * d;
    largest = Math.max(largest, d);
  }
  return norm === "linf" ? largest : Math.sqrt(sum);
}

describe.each(CASES)("$id $norm $entered", ({ id, norm, entered }) => {
  const attack = ATTACKS.find((known) => known.id === id) as Attack;
  const eps = EPS[norm] as number[];
  const model = curvedModel(SHAPE, 5);
  const x = samplesFor(model, 8);

  async function run(change: Partial<AttackContext> = {}): Promise<Batch[]> {
    const labels = await labelsOf(model, x);
    return attack.run({
      model,
      x,
      labels,
      samples: [20, 21, 22, 23, 24, 25, 26, 27],
      goal: { kind: "untargeted" },
      norm,
      eps,
      params: parseParams(id, attack.params, entered),
      rng: (sample, restart = 0) => openStream(3, id, sample, restart),
      ...change,
    });
  }

  async function rate(batch: Batch, isHit: (predicted: number, i: number) => boolean): Promise<number> {
    const logits = await model.logits(batch);
    return Array.from({ length: countOf(batch) }, (_, i) => isHit(argmax(row(logits, i)), i)).filter(Boolean).length;
  }

  it("keeps the bounds and the budget, exactly, and leaves its input alone", async () => {
    const before = x.data.slice();
    const batches = await run();
    expect(x.data).toEqual(before);
    expect(batches).toHaveLength(eps.length);
    for (const [e, batch] of batches.entries()) {
      expect(batch.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (let i = 0; i < countOf(x); i++) {
        const size = distance(norm, row(batch, i), row(x, i));
        expect(size).toBeLessThanOrEqual(eps[e] as number);
        expect(size).toBeGreaterThan(0.5 * (eps[e] as number));
      }
    }
  });

  it("gives the same bytes for the same seed", async () => {
    expect(await run()).toEqual(await run());
  });

  it("gives a sample the same row alone as in a batch", async () => {
    const labels = await labelsOf(model, x);
    const together = await run();
    const alone = await run({ x: gather(x, [5]), labels: labels.slice(5, 6), samples: [25] });
    for (const [e, batch] of together.entries()) {
      expect(distance("linf", row(batch, 5), row(alone[e] as Batch, 0))).toBeLessThan(1e-6);
    }
  });

  it("lowers the accuracy, more so with more eps", async () => {
    const labels = await labelsOf(model, x);
    const [small, large] = (await run()) as [Batch, Batch];
    const correct = (predicted: number, i: number): boolean => predicted === labels[i];
    expect(await rate(small, correct)).toBeGreaterThanOrEqual(await rate(large, correct));
    expect(await rate(large, correct)).toBeLessThanOrEqual(4);
  });

  it("moves samples towards fixed targets", async () => {
    const labels = await labelsOf(model, x);
    const targets = labels.map((label) => (label + 1) % 5);
    const goal: Goal = { kind: "targeted", targets };
    const hit = (predicted: number, i: number): boolean => predicted === targets[i];
    const [, large] = (await run({ goal })) as [Batch, Batch];
    expect(await rate(large, hit)).toBeGreaterThanOrEqual(3);
  });

  it("returns grid points within the budget when given a grid", async () => {
    for (const [e, batch] of (await run({ grid: GRID })).entries()) {
      expect(batch.data).toEqual(fromGrid(toGrid(batch.data, GRID), GRID));
      for (let i = 0; i < countOf(x); i++) {
        const limit = (eps[e] as number) + STEP_TOLERANCE * GRID.scale;
        expect(distance(norm, row(batch, i), row(x, i))).toBeLessThanOrEqual(limit);
      }
      expect(batch.data).not.toEqual(x.data);
    }
  });

  it("returns the clean samples for a budget of 0", async () => {
    expect((await run({ eps: [0] }))[0]).toEqual(x);
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    const progress = (): void => controller.abort();
    if (id !== "fgsm") {
      await expect(run({ signal: controller.signal, progress })).rejects.toMatchObject({ code: "INTERRUPTED" });
    }
    controller.abort();
    await expect(run({ signal: controller.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
