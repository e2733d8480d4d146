import { describe, expect, it } from "vitest";
import { cwGradient } from "../../../host/attacks/cw-l2.js";
import { type AttackContext, cwL2, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { distanceBetween } from "../../../host/attacks/parts/length.js";
import { fromTanhSpace } from "../../../host/attacks/parts/tanh-space.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function run(
  model: GradientModel,
  x: Batch,
  labels: Int32Array,
  entered: Record<string, ParamValue> = {},
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const [found] = await cwL2.run({
    model,
    x,
    labels,
    samples: [...labels.keys()],
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams("cw-l2", cwL2.params, entered),
    rng: (sample) => openStream(1, sample),
    ...change,
  });
  return found as Batch;
}

const distance = (a: Float32Array, b: Float32Array): number => Math.hypot(...a.map((v, i) => v - (b[i] as number)));

/** Samples far enough from the bounds that these do not matter. */
function inside(model: GradientModel, n: number): Batch {
  const x = samplesFor(model, n);
  return { data: x.data.map((value) => 0.3 + 0.4 * value), shape: x.shape };
}

describe("on a linear model of two classes", () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const normal = Array.from(weights[1] as Float64Array, (w, i) => w - ((weights[0] as Float64Array)[i] as number));
  const x = inside(model, 6);
  const toBoundary = Array.from({ length: 6 }, (_, i) => {
    const lead = normal.reduce((sum, w, k) => sum + w * ((row(x, i)[k] as number) - 0.5), 0);
    return Math.abs(lead) / Math.hypot(...normal);
  });

  it("ends at the distance |w x + b| / |w| of the boundary", async () => {
    const found = await run(model, x, await labelsOf(model, x), { steps: 200 });
    toBoundary.forEach((shortest, i) => {
      const norm = distance(row(found, i), row(x, i));
      expect(norm).toBeGreaterThan(shortest - 1e-6);
      expect(norm).toBeLessThan(1.02 * shortest + 1e-4);
    });
  });

  it("ends where the lead is the confidence", async () => {
    const found = await run(model, x, await labelsOf(model, x), { steps: 200, confidence: 0.5 });
    const logits = await model.logits(found);
    for (let i = 0; i < 6; i++) {
      const lead = Math.abs((row(logits, i)[0] as number) - (row(logits, i)[1] as number));
      expect(lead).toBeGreaterThanOrEqual(0.5);
      expect(lead).toBeLessThan(0.56);
    }
  });

  it("moves black and white samples too", async () => {
    const corners = { data: Float32Array.from({ length: 4 * 8 }, (_, i) => (i * 7) % 2), shape: [4, ...SHAPE] };
    const labels = await labelsOf(model, corners);
    const logits = await model.logits(await run(model, corners, labels, { steps: 200, learningRate: 0.1 }));
    for (let i = 0; i < 4; i++) expect(argmax(row(logits, i))).not.toBe(labels[i]);
  });
});

it("follows the gradient of its objective", async () => {
  const size = 8;
  const { model } = linearModel(SHAPE, 2);
  const clean = row(inside(model, 1), 0);
  const labels = await labelsOf(model, { data: clean, shape: [1, ...SHAPE] });
  const own = labels[0] as number;
  const moved = Float32Array.from({ length: size }, (_, i) => 0.3 * Math.sin(i + 1));
  const slope = new Float32Array(size);
  const point = new Float32Array(size);
  const weight = 0.7;
  const objective = async (d: Float32Array): Promise<number> => {
    fromTanhSpace(clean, d, [0, 1], 0.9, point, slope);
    const logits = (await model.logits({ data: point, shape: [1, ...SHAPE] })).data;
    const lead = (logits[own] as number) - (logits[1 - own] as number);
    return distance(point, clean) ** 2 + weight * Math.max(0, lead + 20);
  };
  await objective(moved);
  const pass = await model.open({ data: point.slice(), shape: [1, ...SHAPE] });
  const ascent = (await pass.backward({ data: Float32Array.of(own === 0 ? -1 : 1, own === 0 ? 1 : -1), shape: [1, 2] }))
    .data;
  const gradient = new Float32Array(size);
  cwGradient(clean, point, slope, ascent, weight, gradient);
  for (let i = 0; i < size; i++) {
    const [up, down] = [moved.slice(), moved.slice()];
    up[i] = (up[i] as number) + 0.01;
    down[i] = (down[i] as number) - 0.01;
    const slopeThere = ((await objective(up)) - (await objective(down))) / ((up[i] as number) - (down[i] as number));
    expect(gradient[i]).toBeCloseTo(slopeThere, 3);
  }
});

describe("on a curved model", () => {
  const model = curvedModel([6, 6, 1], 5);
  const x = samplesFor(model, 20);

  it("returns points that the network was seen to take for another class", async () => {
    const labels = await labelsOf(model, x);
    const logits = await model.logits(await run(model, x, labels));
    for (let i = 0; i < 20; i++) expect(argmax(row(logits, i))).not.toBe(labels[i]);
  });

  it("takes no more passes than steps, and none backward where a row fools", async () => {
    const labels = await labelsOf(model, x);
    const before = { ...model.passes };
    await run(model, x, labels, { steps: 10, binarySteps: 10, abortEarly: false, stepLimit: 0, constTolerance: 0 });
    const forward = model.passes.forward - before.forward;
    const backward = model.passes.backward - before.backward;
    // Ten points for each constant and one at the clean sample; one more where a row stopped fooling unforeseen.
    expect(forward).toBeLessThanOrEqual(20 * (10 * 10 * 1.5 + 1));
    expect(forward).toBeGreaterThanOrEqual(20 * 101);
    expect(backward).toBeLessThan(0.9 * forward);
  });

  it("leaves a search for the constant that has little left to find, at nearly the same norm", async () => {
    const labels = await labelsOf(model, x);
    const settings = { steps: 40, binarySteps: 12 };
    const cost = async (constTolerance: number): Promise<[number, number]> => {
      const before = model.passes.forward;
      const found = await run(model, x, labels, { ...settings, constTolerance });
      let sum = 0;
      for (let i = 0; i < 20; i++) sum += distanceBetween(row(x, i), row(found, i), "l2");
      return [model.passes.forward - before, sum];
    };
    const [all, nearest] = await cost(0);
    const [fewer, near] = await cost(0.03);
    expect(fewer).toBeLessThan(0.85 * all);
    expect(near).toBeLessThan(1.01 * nearest);
  });

  it("ends nearer with the step limit where the rate is too large", async () => {
    const labels = await labelsOf(model, x);
    const sum = async (entered: Record<string, ParamValue>): Promise<number> => {
      const found = await run(model, x, labels, { steps: 10, learningRate: 0.3, ...entered });
      return Array.from(labels, (_, i) => distance(row(found, i), row(x, i))).reduce((a, b) => a + b, 0);
    };
    expect(await sum({})).toBeLessThan(0.9 * (await sum({ stepLimit: 0 })));
  });

  it("returns a misclassified sample as it is", async () => {
    const labels = (await labelsOf(model, x)).map((label) => (label + 1) % 5);
    const found = await run(model, x, labels);
    expect(found.data).toEqual(x.data);
  });

  it("gives up with NaN where nothing fools", async () => {
    const flat = modelOf({ second: [new Float64Array(36).fill(0), new Float64Array(36)] }, [6, 6, 1]);
    const found = await run(flat, x, new Int32Array(countOf(x)), { steps: 3, binarySteps: 2 });
    expect(found.data.every(Number.isNaN)).toBe(true);
  });
});
