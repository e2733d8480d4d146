import { describe, expect, it } from "vitest";
import { type AttackContext, type Goal, type ParamValue, parseParams, pgd } from "../../../host/attacks/index.js";
import {
  argmax,
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  gather,
  openStream,
  type Rng,
  row,
  zeros,
} from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

function contextOf(change: Partial<AttackContext>, entered: Record<string, ParamValue> = {}): AttackContext {
  const { model, x } = { model: linearModel(SHAPE, 2).model, ...change } as AttackContext;
  return {
    model,
    x,
    labels: new Int32Array(countOf(x)),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [0.05],
    params: parseParams("pgd", pgd.params, entered),
    rng: (sample, restart = 0) => openStream(5, "pgd", sample, restart),
    ...change,
  };
}

const clip = (value: number): number => Math.min(1, Math.max(0, value));

describe("PGD on a linear model", () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const direction = Float64Array.from(
    weights[1] as Float64Array,
    (w, i) => w - ((weights[0] as Float64Array)[i] as number),
  );
  const x = samplesFor(model, 3);

  it.each([true, false])("ends in the corner x + eps * sign(w), random start %s", async (randomStart) => {
    const [batch] = (await pgd.run(contextOf({ model, x }, { randomStart }))) as [Batch];
    for (let i = 0; i < 3; i++) {
      direction.forEach((w, k) => {
        expect(row(batch, i)[k]).toBeCloseTo(clip((row(x, i)[k] as number) + 0.05 * Math.sign(w)), 6);
      });
    }
  });

  it("ends at x + eps * w / |w| in l2 without a random start", async () => {
    const inside = { data: x.data.map((value) => 0.2 + 0.6 * value), shape: x.shape };
    const context = contextOf({ model, x: inside, norm: "l2", eps: [0.1] }, { randomStart: false });
    const [batch] = (await pgd.run(context)) as [Batch];
    const length = Math.hypot(...direction);
    direction.forEach((w, k) => {
      expect(row(batch, 0)[k]).toBeCloseTo((row(inside, 0)[k] as number) + (0.1 * w) / length, 5);
    });
  });

  it("reaches the corner in as many steps as the step size says", async () => {
    const few = contextOf({ model, x, eps: [0.04] }, { randomStart: false, steps: 2, stepSize: 0.25 });
    const [batch] = (await pgd.run(few)) as [Batch];
    direction.forEach((w, k) => {
      expect(row(batch, 0)[k]).toBeCloseTo(clip((row(x, 0)[k] as number) + 0.02 * Math.sign(w)), 6);
    });
  });

  it("finds corners on the grid with steps far below one grid step", async () => {
    const grid: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
    const [batch] = (await pgd.run(contextOf({ model, x, eps: [2.9 / 255], grid }, { randomStart: false }))) as [Batch];
    direction.forEach((w, k) => {
      expect(row(batch, 0)[k]).toBeCloseTo(clip((row(x, 0)[k] as number) + (2 / 255) * Math.sign(w)), 6);
    });
  });
});

describe("passes", () => {
  const model = curvedModel(SHAPE, 3);
  const x = samplesFor(model, 4);

  it.each([
    [{}, 20, 20],
    [{ steps: 7 }, 7, 7],
    // One more forward pass a restart, to compare them.
    [{ steps: 7, restarts: 3 }, 24, 21],
  ])("%j costs %i forward and %i backward a sample and budget", async (entered, forward, backward) => {
    const labels = await labelsOf(model, x);
    const before = { ...model.passes };
    await pgd.run(contextOf({ model, x, labels, eps: [1e-6, 2e-6] }, entered as Record<string, ParamValue>));
    expect(model.passes.forward - before.forward).toBe(forward * 4 * 2);
    expect(model.passes.backward - before.backward).toBe(backward * 4 * 2);
  });
});

it("a sample that is fooled costs no further restart", async () => {
  const model = curvedModel(SHAPE, 3);
  const x = samplesFor(model, 4);
  const labels = (await labelsOf(model, x)).map((label, i) => (i < 3 ? (label + 1) % 3 : label));
  const before = { ...model.passes };
  await pgd.run(contextOf({ model, x, labels, eps: [1e-6] }, { steps: 7, restarts: 5 }));
  expect(model.passes.backward - before.backward).toBe(7 * (4 + 4));
});

describe("random starts", () => {
  const model = curvedModel(SHAPE, 3);
  const x = samplesFor(model, 4);

  it("depend on the sample and not on the batch", async () => {
    const labels = await labelsOf(model, x);
    // No step at all: what returns is the start.
    const params = parseParams("pgd", pgd.params, { stepSize: 1e-30 });
    const together = (await pgd.run({ ...contextOf({ model, x, labels }), params }))[0] as Batch;
    const part = { x: gather(x, [2]), labels: labels.slice(2, 3), samples: [2] };
    const alone = (await pgd.run({ ...contextOf({ model, ...part }), params }))[0] as Batch;
    expect(row(alone, 0)).toEqual(row(together, 2));
    const elsewhere = (await pgd.run({ ...contextOf({ model, ...part, samples: [9] }), params }))[0] as Batch;
    expect(row(elsewhere, 0)).not.toEqual(row(together, 2));
  });

  it.each(["linf", "l2"] as const)("stay within the bounds, %s", async (norm) => {
    const corners = { data: Float32Array.from({ length: 4 * 8 }, (_, i) => i % 2), shape: [4, ...SHAPE] };
    const entered = { steps: 1, stepSize: 1e-30 };
    const [starts] = (await pgd.run(contextOf({ model, x: corners, norm, eps: [0.2] }, entered))) as [Batch];
    expect(starts.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(starts.data).not.toEqual(corners.data);
  });

  it("fill the linf ball evenly, and the l2 ball's volume", async () => {
    const centre = { data: new Float32Array(400 * 8).fill(0.5), shape: [400, ...SHAPE] };
    for (const norm of ["linf", "l2"] as const) {
      const entered = { steps: 1, stepSize: 1e-30 };
      const [starts] = (await pgd.run(contextOf({ model, x: centre, norm, eps: [0.2] }, entered))) as [Batch];
      const differences = Array.from(starts.data, (value) => (value - 0.5) / 0.2);
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
      expect(Math.abs(mean)).toBeLessThan(0.04);
      // The cube's variance is 1/3 an element; the 8-ball's mean squared radius is 8/10.
      const square = differences.reduce((sum, value) => sum + value * value, 0) / 400;
      expect(square).toBeCloseTo(norm === "linf" ? 8 / 3 : 0.8, 1);
    }
  });
});

describe("of several restarts", () => {
  /** Restart r starts, and without gradient ends, at r / 10, where the model gives row r of `logits`. */
  async function chosen(logits: number[][], goal: Goal): Promise<number> {
    const at = (x: Batch): Batch => ({
      data: Float32Array.from(logits[Math.round(10 * (x.data[0] as number))] as number[]),
      shape: [1, 3],
    });
    const model: GradientModel = {
      ...linearModel([1], 3).model,
      logits: async (x) => at(x),
      open: async (x) => ({ logits: at(x), backward: async () => zeros(x.shape), close: () => undefined }),
    };
    const rng = (_: number, restart = 0): Rng => ({ ...openStream(0), uniform: () => restart / 10 });
    const entered = { restarts: logits.length, steps: 1 };
    const context = contextOf({ model, x: zeros([1, 1]), eps: [1], goal, rng }, entered);
    return Math.round(10 * ((await pgd.run(context))[0]?.data[0] as number));
  }

  const closeCall = [1, 0.99, 0.98];
  const fooledByAHair = [5, 5.01, -20];
  const fooled = [0, 3, 0];

  it("one that fools is kept before one of higher loss that does not", async () => {
    expect(await chosen([closeCall, fooledByAHair], { kind: "untargeted" })).toBe(1);
    expect(await chosen([fooledByAHair, closeCall], { kind: "untargeted" })).toBe(0);
  });

  it("the first that fools is kept, and the sample is left alone from then on", async () => {
    expect(await chosen([closeCall, fooledByAHair, fooled], { kind: "untargeted" })).toBe(1);
  });

  it("the one of the highest loss is kept where none fools, the first of equals", async () => {
    const far = [9, 0, 0];
    expect(await chosen([far, closeCall, far, closeCall], { kind: "untargeted" })).toBe(1);
  });

  it("the one nearest to the target is kept where none reaches it", async () => {
    const targets = Int32Array.of(2);
    expect(await chosen([[0, 5, 1], [0, 5, 3], fooled], { kind: "targeted", targets })).toBe(1);
    expect(
      await chosen(
        [
          [0, 5, 1],
          [0, 1, 1.01],
          [0, 5, 3],
        ],
        { kind: "targeted", targets },
      ),
    ).toBe(1);
  });
});

it("several restarts are at least as strong for every sample, and stronger for some", async () => {
  const model = curvedModel([6, 6, 1], 6);
  const x = samplesFor(model, 40);
  const labels = await labelsOf(model, x);
  const loss = async (restarts: number): Promise<{ fooled: boolean; loss: number }[]> => {
    const entered = { restarts, steps: 3, stepSize: 0.4 };
    const [batch] = (await pgd.run(contextOf({ model, x, labels, eps: [0.06] }, entered))) as [Batch];
    const logits = await model.logits(batch);
    return Array.from({ length: 40 }, (_, i) => {
      const z = Array.from(row(logits, i));
      const sum = z.reduce((total, value) => total + Math.exp(value), 0);
      return { fooled: argmax(row(logits, i)) !== labels[i], loss: Math.log(sum) - (z[labels[i] as number] as number) };
    });
  };
  const one = await loss(1);
  const many = await loss(8);
  for (const [i, before] of one.entries()) {
    const after = many[i] as (typeof many)[0];
    expect(after.fooled || !before.fooled).toBe(true);
    if (after.fooled === before.fooled) expect(after.loss).toBeGreaterThanOrEqual(before.loss - 1e-6);
  }
  expect(many.some((after, i) => after.loss > (one[i] as (typeof one)[0]).loss + 1e-6)).toBe(true);
});
