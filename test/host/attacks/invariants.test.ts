/** What every attack must keep, whatever its method: one row of the table each. */

import { describe, expect, it } from "vitest";
import {
  ATTACKS,
  type Attack,
  type AttackContext,
  floatOracle,
  type Goal,
  type ParamValue,
  parseParams,
} from "../../../host/attacks/index.js";
import {
  argmax,
  type Batch,
  countOf,
  fromGrid,
  type GradientModel,
  type Grid,
  gather,
  type Norm,
  type Oracle,
  openStream,
  row,
  STEP_TOLERANCE,
  toGrid,
} from "../../../host/core/index.js";
import { distortionOf } from "../../../host/metrics/index.js";
import { curvedModel, labelsOf, samplesFor } from "./models.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
const SHAPE = [4, 4, 3];
const SAMPLES = [20, 21, 22, 23, 24, 25, 26, 27];
const CLASSES = 5;

/** Budgets that leave the curved model's accuracy well below 1, smallest first. */
const EPS: Partial<Record<Norm, number[]>> = { linf: [1 / 255, 0.1], l2: [0.02, 0.5] };

interface Case {
  readonly id: string;
  readonly norm: Norm;
  readonly entered: Readonly<Record<string, ParamValue>>;
  /** Of 8 samples, those it must fool at the larger budget, or at all; default 4, targeted 3. */
  readonly fools?: number;
  readonly hits?: number;
  /** Of a budget attack: it need not use half of every budget. */
  readonly isFrugal?: boolean;
}

const CASES: readonly Case[] = [
  { id: "apgd-ce", norm: "linf", entered: { steps: 30 } },
  { id: "apgd-ce", norm: "l2", entered: { steps: 30 } },
  { id: "apgd-dlr", norm: "linf", entered: { steps: 30 } },
  { id: "apgd-dlr", norm: "l2", entered: { steps: 30 } },
  { id: "apgd-t", norm: "linf", entered: { steps: 30 } },
  { id: "apgd-t", norm: "l2", entered: { steps: 30 } },
  { id: "apgd-ce", norm: "linf", entered: { restarts: 2, earlyStop: true, steps: 15 }, isFrugal: true },
  { id: "apgd-t", norm: "l2", entered: { earlyStop: true, steps: 15 }, isFrugal: true },
  { id: "autoattack", norm: "linf", entered: { queries: 60, steps: 30 }, isFrugal: true },
  { id: "autoattack", norm: "l2", entered: { queries: 60, steps: 30 }, isFrugal: true },
  { id: "cw-l2", norm: "l2", entered: {} },
  { id: "cw-l2", norm: "l2", entered: { steps: 60, stepLimit: 0 } },
  { id: "cw-linf", norm: "linf", entered: {} },
  { id: "ddn", norm: "l2", entered: {} },
  { id: "deepfool", norm: "l2", entered: {} },
  { id: "deepfool", norm: "linf", entered: {} },
  // Its twin here is the same network, where a balance of 1 would leave nothing to climb.
  { id: "diva", norm: "linf", entered: { balance: 2 } },
  { id: "diva", norm: "l2", entered: { balance: 2 } },
  { id: "ead", norm: "l1", entered: {} },
  { id: "ead", norm: "l1", entered: { rule: "l1" } },
  { id: "ead", norm: "l2", entered: {} },
  { id: "fab-t", norm: "linf", entered: { steps: 30 } },
  { id: "fab-t", norm: "l2", entered: { steps: 30 } },
  { id: "fgsm", norm: "linf", entered: {} },
  { id: "fgsm", norm: "l2", entered: {} },
  { id: "fmn", norm: "l2", entered: {} },
  { id: "fmn", norm: "linf", entered: {} },
  { id: "fmn", norm: "l1", entered: {} },
  { id: "fmn", norm: "l0", entered: {} },
  { id: "jsma", norm: "l0", entered: { gamma: 0.5 } },
  { id: "jsma", norm: "l0", entered: { theta: -0.3, gamma: 1 } },
  { id: "pgd", norm: "linf", entered: {} },
  { id: "pgd", norm: "l2", entered: {} },
  { id: "pgd", norm: "linf", entered: { restarts: 3, steps: 5, "step-size": 0.3 } },
  { id: "pgd", norm: "l2", entered: { restarts: 3, steps: 5, step_size: 0.3 } },
  { id: "pgd", norm: "linf", entered: { randomStart: false } },
  { id: "square", norm: "linf", entered: { steps: 100 } },
  { id: "square", norm: "l2", entered: { steps: 100 } },
  { id: "boundary", norm: "l2", entered: { steps: 300 } },
  { id: "boundary", norm: "l2", entered: { rule: "trials", steps: 20, epsilon: 1 } },
  { id: "geoda", norm: "l2", entered: { maxQueries: 400 } },
  { id: "geoda", norm: "linf", entered: { maxQueries: 400, subDim: 2 } },
  { id: "hop-skip-jump", norm: "l2", entered: { steps: 4 } },
  { id: "hop-skip-jump", norm: "linf", entered: { steps: 4 } },
  { id: "zoo", norm: "l2", entered: { steps: 30, coordinates: 12 } },
];

it("the table covers every attack in each of its norms", () => {
  const wanted = ATTACKS.flatMap((attack) => attack.norms.map((norm) => `${attack.id} ${norm}`));
  const covered = new Set(CASES.map(({ id, norm }) => `${id} ${norm}`));
  expect(wanted.filter((name) => !covered.has(name))).toEqual([]);
});

describe.each(CASES)("$id $norm $entered", ({ id, norm, entered, fools = 4, hits = 3, isFrugal = false }) => {
  const attack = ATTACKS.find((known) => known.id === id) as Attack;
  const isBudget = attack.family === "budget";
  const eps = EPS[norm] ?? [];
  const network = curvedModel(SHAPE, CLASSES);
  const x = samplesFor(network, SAMPLES.length);

  /** The network as this attack may see it, with counters of its own. */
  function target(): GradientModel | Oracle {
    if (attack.needs === "gradient") return network;
    return floatOracle(network, { gives: attack.needs });
  }

  async function run(change: Partial<AttackContext> = {}): Promise<Batch[]> {
    const labels = await labelsOf(network, x);
    return attack.run({
      model: target(),
      x,
      labels,
      samples: SAMPLES,
      goal: { kind: "untargeted" },
      norm,
      ...(isBudget && { eps }),
      ...(attack.needsTwin && { twin: curvedModel(SHAPE, CLASSES) }),
      params: parseParams(id, attack.params, entered),
      rng: (sample, restart = 0) => openStream(3, id, sample, restart),
      ...change,
    });
  }

  async function rate(batch: Batch, isHit: (predicted: number, i: number) => boolean): Promise<number> {
    const logits = await network.logits(batch);
    return Array.from({ length: countOf(batch) }, (_, i) => isHit(argmax(row(logits, i)), i)).filter(Boolean).length;
  }

  const sizeOfRow = (batch: Batch, i: number): number => distortionOf(row(x, i), row(batch, i))[norm];

  it("keeps the bounds and the budget, exactly, and leaves its input alone", async () => {
    const before = x.data.slice();
    const batches = await run();
    expect(x.data).toEqual(before);
    expect(batches).toHaveLength(isBudget ? eps.length : 1);
    for (const [e, batch] of batches.entries()) {
      expect(batch.data.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1))).toBe(true);
      if (!isBudget) continue;
      for (let i = 0; i < countOf(x); i++) {
        expect(sizeOfRow(batch, i)).toBeLessThanOrEqual(eps[e] as number);
        if (!isFrugal) expect(sizeOfRow(batch, i)).toBeGreaterThan(0.5 * (eps[e] as number));
      }
    }
  });

  it("gives the same bytes for the same seed", async () => {
    expect(await run()).toEqual(await run());
  });

  it("gives a sample the same row alone as in a batch", async () => {
    const labels = await labelsOf(network, x);
    const together = await run();
    const alone = await run({ x: gather(x, [5]), labels: labels.slice(5, 6), samples: [25] });
    for (const [e, batch] of together.entries()) {
      expect(distortionOf(row(batch, 5), row(alone[e] as Batch, 0)).linf).toBeLessThan(1e-6);
    }
  });

  it("fools, more so with more eps", async () => {
    const labels = await labelsOf(network, x);
    const batches = await run();
    const fooled = (batch: Batch): Promise<number> => rate(batch, (predicted, i) => predicted !== labels[i]);
    const last = batches.at(-1) as Batch;
    if (isBudget) expect(await fooled(batches[0] as Batch)).toBeLessThanOrEqual(await fooled(last));
    expect(await fooled(last)).toBeGreaterThanOrEqual(fools);
  });

  it("moves samples towards fixed targets", async () => {
    const labels = await labelsOf(network, x);
    const targets = labels.map((label) => (label + 1) % CLASSES);
    const goal: Goal = { kind: "targeted", targets };
    const last = (await run({ goal })).at(-1) as Batch;
    expect(await rate(last, (predicted, i) => predicted === targets[i])).toBeGreaterThanOrEqual(hits);
  });

  it("returns grid points within the budget when given a grid", async () => {
    for (const [e, batch] of (await run({ grid: GRID })).entries()) {
      const kept = batch.data.map((value, i) => (Number.isNaN(value) ? (x.data[i] as number) : value));
      expect(kept).toEqual(fromGrid(toGrid(kept, GRID), GRID));
      if (!isBudget) continue;
      for (let i = 0; i < countOf(x); i++) {
        expect(sizeOfRow(batch, i)).toBeLessThanOrEqual((eps[e] as number) + STEP_TOLERANCE * GRID.scale);
      }
      expect(batch.data).not.toEqual(x.data);
    }
  });

  it.runIf(isBudget)("returns the clean samples for a budget of 0", async () => {
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
