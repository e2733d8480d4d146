import { describe, expect, it } from "vitest";
import { type AttackContext, ddn, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function fool(
  model: GradientModel,
  x: Batch,
  entered: Record<string, ParamValue> = {},
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const [found] = await ddn.run({
    model,
    x,
    labels: change.labels ?? (await labelsOf(model, x)),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams("ddn", ddn.params, entered),
    rng: (sample, restart = 0) => openStream(5, "ddn", sample, restart),
    ...change,
  });
  return found as Batch;
}

const lengthBetween = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - (b[i] as number)));

/** Samples near the middle, whose nearest boundary is far from the bounds. */
function middle(model: GradientModel, n: number): Batch {
  const x = samplesFor(model, n);
  return { data: x.data.map((value) => 0.5 + 0.05 * (value - 0.5)), shape: x.shape };
}

it("comes within a fortieth of the exact distance of a linear model", async () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const normal = (weights[1] as Float64Array).map((value, i) => value - (weights[0]?.[i] as number));
  const x = middle(model, 6);
  const logits = await model.logits(x);
  const found = await fool(model, x, { steps: 300 });
  for (let i = 0; i < 6; i++) {
    const [a, b] = row(logits, i) as unknown as [number, number];
    const exact = Math.abs(b - a) / Math.hypot(...normal);
    const distance = lengthBetween(row(found, i), row(x, i));
    expect(distance).toBeGreaterThanOrEqual(exact * (1 - 1e-4));
    expect(distance).toBeLessThanOrEqual(exact * 1.025);
  }
});

describe("the norm", () => {
  /** Distances from the clean sample at which the model was asked. */
  async function asked(entered: Record<string, ParamValue>): Promise<{ norms: number[]; fooled: boolean[] }> {
    const { model } = linearModel(SHAPE, 2);
    const x = middle(model, 1);
    const [label] = await labelsOf(model, x);
    const norms: number[] = [];
    const fooled: boolean[] = [];
    const look = (at: Batch, logits: Batch): void => {
      norms.push(lengthBetween(at.data, x.data));
      fooled.push(argmax(logits.data) !== label);
    };
    const spy: GradientModel = {
      ...model,
      logits: async (at) => {
        const logits = await model.logits(at);
        look(at, logits);
        return logits;
      },
      open: async (at) => {
        const pass = await model.open(at);
        look(at, pass.logits);
        return pass;
      },
    };
    await fool(spy, x, entered, { labels: Int32Array.of(label as number) });
    return { norms, fooled };
  }

  it("shrinks by gamma after a point that fools, and grows by it after one that does not", async () => {
    const { norms, fooled } = await asked({ initialNorm: 0.1, gamma: 0.1, steps: 20 });
    expect(norms).toHaveLength(20);
    expect(norms[0]).toBe(0);
    expect(norms[1]).toBeCloseTo(0.11, 5);
    expect(new Set(fooled)).toEqual(new Set([true, false]));
    for (let step = 2; step < 20; step++) {
      const factor = fooled[step - 1] ? 0.9 : 1.1;
      expect(norms[step]).toBeCloseTo((norms[step - 1] as number) * factor, 5);
    }
  });

  it("never exceeds the way to the farthest corner", async () => {
    const { norms } = await asked({ initialNorm: 50, steps: 5 });
    expect(Math.max(...norms)).toBeLessThanOrEqual(Math.hypot(...Array(8).fill(0.55)));
  });
});

it("costs its steps in forward passes, and one backward pass fewer", async () => {
  const model = curvedModel(SHAPE, 3);
  const x = samplesFor(model, 4);
  const labels = await labelsOf(model, x);
  // The first sample fools when clean: one pass each way is all it takes.
  labels[0] = ((labels[0] as number) + 1) % 3;
  const before = { ...model.passes };
  const found = await fool(model, x, { steps: 7 }, { labels });
  expect(row(found, 0)).toEqual(row(x, 0));
  expect(model.passes.forward - before.forward).toBe(1 + 3 * 7);
  expect(model.passes.backward - before.backward).toBe(1 + 3 * 6);
});

it("gives up where nothing fools", async () => {
  const flat = modelOf({ second: [new Float64Array(8), new Float64Array(8)] }, SHAPE);
  const found = await fool(flat, samplesFor(flat, 2), { steps: 5 });
  expect(found.data.every(Number.isNaN)).toBe(true);
});
