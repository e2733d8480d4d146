import { describe, expect, it } from "vitest";
import { cwLinf, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function run(
  model: GradientModel,
  x: Batch,
  labels: Int32Array,
  entered: Record<string, ParamValue> = {},
): Promise<Batch> {
  const [found] = await cwLinf.run({
    model,
    x,
    labels,
    samples: [...labels.keys()],
    goal: { kind: "untargeted" },
    norm: "linf",
    params: parseParams("cw-linf", cwLinf.params, entered),
    rng: (sample) => openStream(1, sample),
  });
  return found as Batch;
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);

it("ends near the distance |w x + b| / |w|_1 of a linear model's boundary", async () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const normal = Array.from(weights[1] as Float64Array, (w, i) => w - ((weights[0] as Float64Array)[i] as number));
  const raw = samplesFor(model, 6);
  const x = { data: raw.data.map((value) => 0.3 + 0.4 * value), shape: raw.shape };
  const found = await run(model, x, await labelsOf(model, x));
  for (let i = 0; i < 6; i++) {
    const lead = normal.reduce((sum, w, k) => sum + w * ((row(x, i)[k] as number) - 0.5), 0);
    const shortest = Math.abs(lead) / normal.reduce((sum, w) => sum + Math.abs(w), 0);
    const distance = furthest(row(found, i), row(x, i));
    expect(distance).toBeGreaterThan(shortest - 1e-6);
    // A tau below 0.9 times what was found would have to be reached for less.
    expect(distance).toBeLessThan(shortest / 0.9 + 1e-4);
  }
});

describe("on a curved model", () => {
  const model = curvedModel([6, 6, 1], 5);
  const x = samplesFor(model, 12);

  it("fools every sample, and ends nearer with a smaller decrease of tau left to go", async () => {
    const labels = await labelsOf(model, x);
    const sum = async (entered: Record<string, ParamValue>): Promise<number> => {
      const found = await run(model, x, labels, entered);
      const logits = await model.logits(found);
      return Array.from(labels, (label, i) => {
        expect(argmax(row(logits, i))).not.toBe(label);
        return furthest(row(found, i), row(x, i));
      }).reduce((a, b) => a + b, 0);
    };
    expect(await sum({})).toBeLessThan(0.9 * (await sum({ smallestTau: 0.2 })));
  });

  it("ends at the smallest tau", async () => {
    const labels = await labelsOf(model, x);
    const before = model.passes.forward;
    await run(model, x, labels, { smallestTau: 0.9 });
    const few = model.passes.forward - before;
    await run(model, x, labels);
    expect(few).toBeLessThan(0.2 * (model.passes.forward - before - few));
  });

  it("returns a misclassified sample as it is", async () => {
    const labels = (await labelsOf(model, x)).map((label) => (label + 1) % 5);
    expect((await run(model, x, labels)).data).toEqual(x.data);
  });

  it("gives up with NaN where nothing fools", async () => {
    const flat = modelOf({ second: [new Float64Array(36), new Float64Array(36)] }, [6, 6, 1]);
    const found = await run(flat, x, new Int32Array(12), { steps: 2, initialConst: 1 });
    expect(found.data.every(Number.isNaN)).toBe(true);
  });
});
