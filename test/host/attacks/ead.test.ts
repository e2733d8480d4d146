import { describe, expect, it } from "vitest";
import { type Attack, cwL2, ead, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { distortionOf } from "../../../host/metrics/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

async function run(
  attack: Attack,
  model: GradientModel,
  x: Batch,
  labels: Int32Array,
  entered: Record<string, ParamValue> = {},
): Promise<Batch> {
  const [found] = await attack.run({
    model,
    x,
    labels,
    samples: [...labels.keys()],
    goal: { kind: "untargeted" },
    norm: attack.norms[0] as "l1" | "l2",
    params: parseParams(attack.id, attack.params, entered),
    rng: (sample) => openStream(1, sample),
  });
  return found as Batch;
}

describe("on a linear model of two classes", () => {
  const { model, weights } = linearModel([6, 6, 1], 2);
  const normal = Array.from(weights[1] as Float64Array, (w, i) => w - ((weights[0] as Float64Array)[i] as number));
  const raw = samplesFor(model, 8);
  const x = { data: raw.data.map((value) => 0.3 + 0.4 * value), shape: raw.shape };

  it("moves few elements, those that C&W moves most, and ends shorter in l1", async () => {
    const labels = await labelsOf(model, x);
    const sparse = await run(ead, model, x, labels, { beta: 0.01 });
    const dense = await run(cwL2, model, x, labels);
    for (let i = 0; i < 8; i++) {
      const [few, all] = [distortionOf(row(x, i), row(sparse, i)), distortionOf(row(x, i), row(dense, i))];
      expect(few.l0).toBeLessThan(0.6 * all.l0);
      expect(few.l1).toBeLessThan(all.l1);
      expect(few.l2).toBeGreaterThan(all.l2);
      const moved = normal.filter((_, k) => row(sparse, i)[k] !== row(x, i)[k]).map(Math.abs);
      const still = normal.filter((_, k) => row(sparse, i)[k] === row(x, i)[k]).map(Math.abs);
      expect(Math.min(...moved)).toBeGreaterThan(Math.max(...still) - 1e-6);
    }
  });

  it("is no shorter in l1 than |w x + b| / |w|_inf", async () => {
    const found = await run(ead, model, x, await labelsOf(model, x), { steps: 200 });
    for (let i = 0; i < 8; i++) {
      const lead = normal.reduce((sum, w, k) => sum + w * ((row(x, i)[k] as number) - 0.5), 0);
      const shortest = Math.abs(lead) / Math.max(...normal.map(Math.abs));
      const { l1 } = distortionOf(row(x, i), row(found, i));
      expect(l1).toBeGreaterThan(shortest - 1e-5);
      expect(l1).toBeLessThan(1.5 * shortest);
    }
  });

  it("without shrinkage moves along the normal, as C&W does", async () => {
    const found = await run(ead, model, x, await labelsOf(model, x), { rule: "en", beta: 0, steps: 200 });
    for (let i = 0; i < 8; i++) {
      const lead = normal.reduce((sum, w, k) => sum + w * ((row(x, i)[k] as number) - 0.5), 0);
      const shortest = Math.abs(lead) / Math.hypot(...normal);
      const { l2 } = distortionOf(row(x, i), row(found, i));
      expect(l2).toBeGreaterThan(shortest - 1e-6);
      expect(l2).toBeLessThan(1.05 * shortest);
    }
  });
});

describe("on a curved model", () => {
  const model = curvedModel([6, 6, 1], 5);
  const x = samplesFor(model, 16);
  const sums = (found: Batch): { l1: number; net: number } => {
    const sizes = Array.from({ length: 16 }, (_, i) => distortionOf(row(x, i), row(found, i)));
    return {
      l1: sizes.reduce((sum, { l1 }) => sum + l1, 0),
      net: sizes.reduce((sum, { l1, l2 }) => sum + 1e-3 * l1 + l2 * l2, 0),
    };
  };

  it.each(["en", "l1"])("returns points that the network was seen to take for another class, rule %s", async (rule) => {
    const labels = await labelsOf(model, x);
    const logits = await model.logits(await run(ead, model, x, labels, { rule }));
    for (let i = 0; i < 16; i++) expect(argmax(row(logits, i))).not.toBe(labels[i]);
  });

  it("is nearest in what its rule measures", async () => {
    const labels = await labelsOf(model, x);
    const byNet = sums(await run(ead, model, x, labels, { rule: "en" }));
    const bySum = sums(await run(ead, model, x, labels, { rule: "l1" }));
    expect(byNet.net).toBeLessThan(bySum.net);
    expect(bySum.l1).toBeLessThan(byNet.l1);
  });

  it("leads by the confidence", async () => {
    const labels = await labelsOf(model, x);
    const logits = await model.logits(await run(ead, model, x, labels, { confidence: 0.3 }));
    for (const [i, label] of labels.entries()) {
      const values = Array.from(row(logits, i));
      const own = values.splice(label, 1)[0] as number;
      expect(Math.max(...values) - own).toBeGreaterThanOrEqual(0.3);
    }
  });

  it("asks only inside the bounds", async () => {
    const corners = { data: x.data.map(Math.round), shape: x.shape };
    const labels = await labelsOf(model, corners);
    let outside = 0;
    const watch = (batch: Batch): void => {
      outside += batch.data.filter((value) => !(value >= 0 && value <= 1)).length;
    };
    const watched: GradientModel = {
      ...model,
      logits: (batch) => {
        watch(batch);
        return model.logits(batch);
      },
      open: (batch) => {
        watch(batch);
        return model.open(batch);
      },
    };
    await run(ead, watched, corners, labels, { learningRate: 0.1 });
    expect(outside).toBe(0);
  });

  it("returns a misclassified sample as it is", async () => {
    const labels = (await labelsOf(model, x)).map((label) => (label + 1) % 5);
    expect((await run(ead, model, x, labels)).data).toEqual(x.data);
  });

  it("gives up with NaN where nothing fools, soon where nothing moves", async () => {
    const flat = modelOf({ second: [new Float64Array(36), new Float64Array(36)] }, [6, 6, 1]);
    const found = await run(ead, flat, x, new Int32Array(16));
    expect(found.data.every(Number.isNaN)).toBe(true);
    expect(flat.passes.forward).toBe(16);
  });
});
