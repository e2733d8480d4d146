import { describe, expect, it } from "vitest";
import { type AttackContext, fmn, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { type Batch, countOf, type GradientModel, type Norm, openStream, row } from "../../../host/core/index.js";
import { distortionOf } from "../../../host/metrics/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function fool(
  model: GradientModel,
  x: Batch,
  norm: Norm,
  entered: Record<string, ParamValue> = {},
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const [found] = await fmn.run({
    model,
    x,
    labels: await labelsOf(model, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm,
    params: parseParams("fmn", fmn.params, entered),
    rng: (sample, restart = 0) => openStream(5, "fmn", sample, restart),
    ...change,
  });
  return found as Batch;
}

/** Samples near the middle, whose nearest boundaries are far from the bounds. */
function middle(model: GradientModel, n: number): Batch {
  const x = samplesFor(model, n);
  return { data: x.data.map((value) => 0.5 + 0.05 * (value - 0.5)), shape: x.shape };
}

/** By which a gap in logits is divided to give the distance of a plane. */
const DUAL: Record<string, (normal: Float64Array) => number> = {
  l1: (normal) => Math.max(...normal.map(Math.abs)),
  l2: (normal) => Math.hypot(...normal),
  linf: (normal) => normal.reduce((sum, value) => sum + Math.abs(value), 0),
};

it.each(["l2", "linf", "l1"] as const)("comes close to the exact distance of a linear model, %s", async (norm) => {
  const { model, weights } = linearModel(SHAPE, 4);
  const x = middle(model, 6);
  const logits = await model.logits(x);
  const labels = await labelsOf(model, x);
  const found = await fool(model, x, norm);
  for (let i = 0; i < 6; i++) {
    const label = labels[i] as number;
    const distances = weights.flatMap((w, k) => {
      if (k === label) return [];
      const normal = w.map((value, e) => value - (weights[label]?.[e] as number));
      const gap = (row(logits, i)[label] as number) - (row(logits, i)[k] as number);
      return [gap / (DUAL[norm]?.(normal) as number)];
    });
    const distance = distortionOf(row(x, i), row(found, i))[norm];
    expect(distance).toBeGreaterThanOrEqual(Math.min(...distances) * (1 - 1e-4));
    expect(distance).toBeLessThanOrEqual(Math.min(...distances) * 1.03);
  }
});

it("finds the fewest elements of a linear model in l0", async () => {
  const gains = [5, -6, 3, 4, 1, 2, -7, 0.5];
  const model = modelOf({ second: [Float64Array.from(gains, (g) => -g), Float64Array.from(gains)] }, [8]);
  // An element can make up for 2 * |gain| / 2 at most: 7, 6, 5, ...
  for (const [lead, fewest] of [
    [6.5, 1],
    [12.5, 2],
    [17.5, 3],
  ] as const) {
    const biased = offset(model, lead);
    const x = { data: new Float32Array(8).fill(0.5), shape: [1, 8] };
    const found = await fool(biased, x, "l0", {}, { labels: Int32Array.of(0) });
    expect(distortionOf(x.data, row(found, 0)).l0).toBe(fewest);
  }
});

/** The model with a lead of class 0. */
function offset(model: GradientModel, lead: number): GradientModel {
  const raised = ({ data, shape }: Batch): Batch => ({ data: data.map((v, k) => (k % 2 === 0 ? v + lead : v)), shape });
  return {
    ...model,
    logits: async (x) => raised(await model.logits(x)),
    open: async (x) => {
      const pass = await model.open(x);
      return { ...pass, logits: raised(pass.logits) };
    },
  };
}

it("first goes where the linearised margin puts the boundary", async () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const x = middle(model, 1);
  const [a, b] = (await model.logits(x)).data as unknown as [number, number];
  const normal = (weights[1] as Float64Array).map((value, e) => value - (weights[0]?.[e] as number));
  const visited: number[] = [];
  const spy: GradientModel = {
    ...model,
    open: async (at) => {
      visited.push(distortionOf(x.data, at.data).l2);
      return model.open(at);
    },
  };
  await fool(spy, x, "l2", { steps: 3 }, { labels: await labelsOf(model, x) });
  expect(visited[0]).toBe(0);
  expect(visited[1]).toBeCloseTo(Math.abs(b - a) / Math.hypot(...normal), 5);
});

describe("passes", () => {
  it("are its steps forward, and one fewer backward; one each way for a sample that fools when clean", async () => {
    const model = curvedModel(SHAPE, 3);
    const x = samplesFor(model, 4);
    const labels = await labelsOf(model, x);
    labels[0] = ((labels[0] as number) + 1) % 3;
    const before = { ...model.passes };
    const found = await fool(model, x, "linf", { steps: 7 }, { labels });
    expect(row(found, 0)).toEqual(row(x, 0));
    expect(model.passes.forward - before.forward).toBe(1 + 3 * 7);
    expect(model.passes.backward - before.backward).toBe(1 + 3 * 6);
  });
});

it.each(["l0", "l1", "l2", "linf"] as const)("gives up where nothing fools, %s", async (norm) => {
  const flat = modelOf({ second: [new Float64Array(8), new Float64Array(8)] }, SHAPE);
  const found = await fool(flat, samplesFor(flat, 2), norm, { steps: 5 });
  expect(found.data.every(Number.isNaN)).toBe(true);
});
