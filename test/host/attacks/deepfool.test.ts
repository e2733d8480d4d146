import { describe, expect, it } from "vitest";
import { type AttackContext, deepfool, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function fool(
  model: GradientModel,
  x: Batch,
  entered: Record<string, ParamValue> = {},
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const [found] = await deepfool.run({
    model,
    x,
    labels: await labelsOf(model, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams("deepfool", deepfool.params, entered),
    rng: (sample, restart = 0) => openStream(5, "deepfool", sample, restart),
    ...change,
  });
  return found as Batch;
}

/** Samples near the middle, whose nearest boundaries are far from the bounds. */
function middle(model: GradientModel, n: number): Batch {
  const x = samplesFor(model, n);
  return { data: x.data.map((value) => 0.5 + 0.05 * (value - 0.5)), shape: x.shape };
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] as number));
}

describe.each(["l2", "linf"] as const)("on a linear model, %s", (norm) => {
  it.each([2, 5])("with %i classes it ends 1 + overshoot times the exact distance away", async (classes) => {
    const { model, weights } = linearModel(SHAPE, classes);
    const x = middle(model, 6);
    const labels = await labelsOf(model, x);
    const logits = await model.logits(x);
    const found = await fool(model, x, { overshoot: 0.008 }, { norm });
    for (let i = 0; i < countOf(x); i++) {
      const scores = row(logits, i);
      const label = labels[i] as number;
      const steps = weights.flatMap((w, k) => {
        if (k === label) return [];
        const normal = difference(w, weights[label] as Float64Array);
        const gap = (scores[label] as number) - (scores[k] as number);
        const dual = norm === "l2" ? Math.hypot(...normal) : normal.reduce((sum, value) => sum + Math.abs(value), 0);
        const direction = norm === "l2" ? normal.map((value) => value / dual) : normal.map(Math.sign);
        return [{ k, distance: gap / dual, direction }];
      });
      const nearest = steps.reduce((a, b) => (b.distance < a.distance ? b : a));
      for (const [e, value] of row(found, i).entries()) {
        const step = 1.008 * nearest.distance * (nearest.direction[e] as number);
        expect(value).toBeCloseTo((row(x, i)[e] as number) + step, 5);
      }
      expect(argmax(row(await model.logits({ data: row(found, i), shape: [1, ...SHAPE] }), 0))).toBe(nearest.k);
    }
  });

  it("leaves out elements that a bound holds", async () => {
    const normal = Float64Array.of(3, -2, 1, 1, -1, 0.5, 2, -1);
    const model = modelOf({ second: [new Float64Array(8), normal] }, SHAPE);
    // Elements 0 and 1 would have to leave the bounds; the gap of 0.425 is left to the others.
    const x = { data: Float32Array.of(1, 0, 0.05, 0.05, 0.95, 0.05, 0.05, 0.95), shape: [1, ...SHAPE] };
    expect((await model.logits(x)).data[1]).toBeCloseTo(-0.425, 6);
    const found = await fool(model, x, {}, { norm });
    const free = normal.map((value, e) => (e < 2 ? 0 : value));
    const dual = norm === "l2" ? Math.hypot(...free) : free.reduce((sum, value) => sum + Math.abs(value), 0);
    for (const [e, value] of found.data.entries()) {
      const part = norm === "l2" ? (free[e] as number) / dual : Math.sign(free[e] as number);
      expect(value).toBeCloseTo((x.data[e] as number) + (1.02 * 0.425 * part) / dual, 5);
    }
    expect(model.passes).toEqual({ forward: 4, backward: 1 });
  });

  it("steps to the target's boundary when targeted", async () => {
    const { model } = linearModel(SHAPE, 5);
    const x = middle(model, 6);
    const labels = await labelsOf(model, x);
    const targets = labels.map((label) => (label + 1) % 5);
    const before = model.passes.backward;
    const found = await fool(model, x, {}, { norm, goal: { kind: "targeted", targets } });
    expect(await labelsOf(model, found)).toEqual(targets);
    // With two classes left there is one boundary, whatever the goal.
    const two = linearModel(SHAPE, 2).model;
    const others = (await labelsOf(two, x)).map((label) => 1 - label);
    const targeted = await fool(two, x, {}, { norm, goal: { kind: "targeted", targets: others } });
    expect(targeted).toEqual(await fool(two, x, {}, { norm }));
    expect(model.passes.backward - before).toBeLessThanOrEqual(4 * countOf(x));
  });
});

describe("passes", () => {
  const { model } = linearModel(SHAPE, 5);
  const x = middle(model, 6);

  it.each([
    ["all other classes", {}, 4],
    ["as many as asked for", { candidates: 2 }, 2],
    ["all for 0", { candidates: 0 }, 4],
  ] as const)("a backward one for %s, two forward ones a step and one to see the end", async (_, entered, backward) => {
    const before = { ...model.passes };
    await fool(model, x, entered);
    expect(model.passes.forward - before.forward).toBe(3 * 6);
    expect(model.passes.backward - before.backward).toBe(backward * 6);
  });

  it("none for samples that are done", async () => {
    const labels = await labelsOf(model, x);
    const wrong = labels.map((label, i) => (i === 0 ? label : (label + 1) % 5));
    const before = { ...model.passes };
    const found = await fool(model, x, {}, { labels: wrong });
    expect(found.data.subarray(8)).toEqual(x.data.subarray(8));
    expect(found.data.subarray(0, 8)).not.toEqual(x.data.subarray(0, 8));
    expect(model.passes.forward - before.forward).toBe(6 + 2);
    expect(model.passes.backward - before.backward).toBe(4);
  });
});

it("looks at the likeliest other class alone when asked for one", async () => {
  // Class 1 is likelier, the boundary with class 2 is nearer.
  const second = [Float64Array.of(1, 0), Float64Array.of(0.9, 0), Float64Array.of(0, 8)];
  const model = modelOf({ second }, [2]);
  const x = { data: Float32Array.of(0.8, 0.48), shape: [1, 2] };
  expect([...(await model.logits(x)).data].map((value) => value.toFixed(2))).toEqual(["0.30", "0.27", "-0.16"]);
  const predicted = async (candidates: number): Promise<number> =>
    argmax((await model.logits(await fool(model, x, { candidates }))).data);
  expect(await predicted(0)).toBe(2);
  expect(await predicted(1)).toBe(1);
});

describe("a sample that cannot be fooled", () => {
  it("is given up at once where there is no gradient", async () => {
    const flat = modelOf({ second: [new Float64Array(8), new Float64Array(8)] }, SHAPE);
    const found = await fool(flat, samplesFor(flat, 2));
    expect(found.data.every(Number.isNaN)).toBe(true);
    expect(flat.passes.backward).toBe(2);
  });

  it("is given up at once where the bounds hold all elements", async () => {
    const slopes = modelOf({ second: [new Float64Array(8), new Float64Array(8).fill(1)] }, SHAPE);
    const lowered = ({ data, shape }: Batch): Batch => ({ data: data.map((value, k) => value - 9 * (k % 2)), shape });
    const model: GradientModel = {
      ...slopes,
      logits: async (x) => lowered(await slopes.logits(x)),
      open: async (x) => {
        const pass = await slopes.open(x);
        return { ...pass, logits: lowered(pass.logits) };
      },
    };
    const corner = { data: new Float32Array(8).fill(1), shape: [1, ...SHAPE] };
    expect((await fool(model, corner)).data.every(Number.isNaN)).toBe(true);
    expect(slopes.passes.backward).toBe(1);
  });

  it("is given up after the last step", async () => {
    const model = curvedModel(SHAPE, 3);
    const x = samplesFor(model, 8);
    const once = await fool(model, x, { steps: 1, overshoot: 0 });
    const often = await fool(model, x, { overshoot: 0 });
    const givenUp = (batch: Batch): number[] => [...Array(8).keys()].filter((i) => Number.isNaN(row(batch, i)[0]));
    expect(givenUp(once).length).toBeGreaterThan(0);
    expect(givenUp(often)).toEqual([]);
  });
});

it("crosses a tie", async () => {
  const model = modelOf({ second: [Float64Array.of(1, 0), Float64Array.of(0, 1), Float64Array.of(-1, -1)] }, [2]);
  const tie = { data: Float32Array.of(0.75, 0.75), shape: [1, 2] };
  const found = await fool(model, tie);
  expect(argmax((await model.logits(found)).data)).toBe(1);
  expect(Math.hypot(...found.data.map((value) => value - 0.75))).toBeLessThan(1e-3);
});
