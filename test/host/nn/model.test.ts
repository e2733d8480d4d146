import { beforeAll, describe, expect, it } from "vitest";
import { type Batch, gather, slice } from "../../../host/core/index.js";
import { type Engine, foldBatchNorm, forwardAll, gradientModel, loadEngine, resnet8 } from "../../../host/nn/index.js";
import { chain, dense, smallResidual } from "./graphs.js";
import { randomFloats, randomParams, relativeGap } from "./reference.js";

const network = foldBatchNorm({ graph: smallResidual(), params: randomParams(smallResidual(), 5) });
const images: Batch = { data: randomFloats(8 * 12 * 12 * 3, 1), shape: [8, 12, 12, 3] };
const weights: Batch = { data: randomFloats(8 * 5, 2, -1, 1), shape: [8, 5] };

const rectified = { kind: "dense", units: 5, useBias: true, activation: "relu" } as const;
const single = { kind: "dense", units: 1, useBias: true, activation: "linear" } as const;

let engine: Engine;

beforeAll(async () => {
  engine = await loadEngine();
});

describe("gradientModel", () => {
  it("describes itself", () => {
    const { id, inputShape, classes, bounds, kind } = gradientModel(
      foldBatchNorm({ graph: resnet8(), params: randomParams(resnet8(), 1) }),
    );
    expect({ id, inputShape, classes, bounds, kind }).toEqual({
      id: "cifar10-resnet8",
      inputShape: [32, 32, 3],
      classes: 10,
      bounds: [0, 1],
      kind: "gradient",
    });
  });

  it("gives the same logits open or not", async () => {
    const model = gradientModel(network);
    const pass = await model.open(images);
    expect(pass.logits).toEqual(await model.logits(images));
    pass.close();
  });

  it("gives the gradient that finite differences give", async () => {
    const model = gradientModel(network);
    const x = slice(images, 0, 1);
    const dLogits = slice(weights, 0, 1);
    const loss = async (batch: Batch) =>
      (await model.logits(batch)).data.reduce((sum, logit, k) => sum + logit * (dLogits.data[k] as number), 0);
    const pass = await model.open(x);
    const { data: gradient } = await pass.backward(dLogits);
    pass.close();
    const step = 1e-2;
    for (const at of [0, 100, 217, 431]) {
      const sides = await Promise.all(
        [step, -step].map((move) => {
          const data = x.data.slice();
          data[at] = (data[at] as number) + move;
          return loss({ data, shape: x.shape });
        }),
      );
      const slope = ((sides[0] as number) - (sides[1] as number)) / (2 * step);
      // Rectifiers that switch within the step bend the difference, never by this much here.
      expect(Math.abs(slope - (gradient[at] as number))).toBeLessThan(0.02 * Math.max(1, Math.abs(slope)));
    }
  });

  it("answers any number of backward passes on one forward pass", async () => {
    const model = gradientModel(network);
    const pass = await model.open(images);
    const first = await pass.backward(weights);
    const twice = await pass.backward({ data: weights.data.map((value) => 2 * value), shape: weights.shape });
    expect(await pass.backward(weights)).toEqual(first);
    expect(twice.data).toEqual(first.data.map((value) => 2 * value));
    pass.close();
  });

  it("counts the samples of its passes", async () => {
    const model = gradientModel(network);
    await model.logits(images);
    const pass = await model.open(slice(images, 0, 3));
    await pass.backward(slice(weights, 0, 3));
    await pass.backward(slice(weights, 0, 3));
    pass.close();
    expect(model.passes).toEqual({ forward: 11, backward: 6 });
  });

  it("agrees between batches of 1 and 8", async () => {
    const model = gradientModel(network);
    const whole = await model.open(images);
    const gradient = await whole.backward(weights);
    for (const i of [0, 3, 7]) {
      const one = await model.open(gather(images, [i]));
      expect(relativeGap(one.logits.data, slice(whole.logits, i, i + 1).data)).toBeLessThan(1e-5);
      const single = await one.backward(gather(weights, [i]));
      expect(relativeGap(single.data, slice(gradient, i, i + 1).data)).toBeLessThan(1e-5);
      one.close();
    }
    whole.close();
  });

  it("gives more logits than go through at once", async () => {
    const model = gradientModel(network);
    const many = gather(
      images,
      Array.from({ length: 300 }, (_, i) => i % 8),
    );
    const few = await model.logits(images);
    const logits = await model.logits(many);
    expect(
      relativeGap(
        logits.data,
        gather(
          few,
          Array.from({ length: 300 }, (_, i) => i % 8),
        ).data,
      ),
    ).toBeLessThan(1e-5);
  });

  it("leaves the caller's arrays alone and does not follow them", async () => {
    const model = gradientModel(network);
    const x: Batch = { data: images.data.slice(), shape: images.shape };
    const pass = await model.open(x);
    expect(x).toEqual(images);
    const expected = await pass.backward(weights);
    x.data.fill(0);
    expect(await pass.backward(weights)).toEqual(expected);
    pass.close();
  });

  it("frees all tensors of a closed pass", async () => {
    const model = gradientModel(network);
    await model.logits(images);
    const before = engine.tf.memory().numTensors;
    for (let i = 0; i < 5; i++) {
      const pass = await model.open(images);
      await pass.backward(weights);
      await pass.backward(weights);
      pass.close();
    }
    await model.logits(images);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  it("refuses inputs and gradients of other shapes", async () => {
    const model = gradientModel(network);
    const narrow = { data: new Float32Array(12 * 10 * 3), shape: [1, 12, 10, 3] };
    await expect(model.logits(narrow)).rejects.toMatchObject({ code: "DATA_MISMATCH" });
    await expect(model.open(narrow)).rejects.toThrow("input of small-residual has shape [1, 12, 10, 3]");
    const pass = await model.open(images);
    await expect(pass.backward(slice(weights, 0, 7))).rejects.toMatchObject({ code: "DATA_MISMATCH" });
    pass.close();
  });
});

describe("a network of one output z", () => {
  const graph = chain("one-output", [6], rectified, single);
  const one = { graph, params: randomParams(graph, 3) };
  const x: Batch = { data: randomFloats(4 * 6, 4), shape: [4, 6] };

  it("has the two logits [0, z]", async () => {
    const model = gradientModel(one);
    expect(model.classes).toBe(2);
    const z = (await forwardAll(one, x)).get("dense_1") as Batch;
    const logits = await model.logits(x);
    expect(logits.shape).toEqual([4, 2]);
    expect(Array.from(logits.data)).toEqual(Array.from(z.data).flatMap((value) => [0, value]));
    const pass = await model.open(x);
    expect(pass.logits).toEqual(logits);
    pass.close();
  });

  it("has the gradient of z, whatever is asked of the constant", async () => {
    const model = gradientModel(one);
    const pass = await model.open(x);
    const asked = (first: number): Batch => ({
      data: Float32Array.of(first, 2, first, 2, first, 2, first, 2),
      shape: [4, 2],
    });
    const gradient = await pass.backward(asked(0));
    expect(await pass.backward(asked(7))).toEqual(gradient);
    await expect(pass.backward({ data: new Float32Array(4), shape: [4, 1] })).rejects.toThrow("expected [4, 2]");
    pass.close();
    const step = 1e-2;
    for (let at = 0; at < 6; at++) {
      const [up, down] = await Promise.all(
        [step, -step].map(async (move) => {
          const data = x.data.slice();
          data[at] = (data[at] as number) + move;
          return (await model.logits({ data, shape: x.shape })).data[1] as number;
        }),
      );
      expect(gradient.data[at]).toBeCloseTo((2 * ((up as number) - (down as number))) / (2 * step), 2);
    }
  });
});

describe("an input gradient that is not finite", () => {
  const graph = chain("deep", [3], dense, rectified, dense);
  const x: Batch = { data: Float32Array.of(0.5, 0.5, 0.5), shape: [1, 3] };
  const ones: Batch = { data: new Float32Array(5).fill(1), shape: [1, 5] };

  type Change = (params: Map<string, Float32Array>) => void;

  function modelWith(change: Change) {
    const params = randomParams(graph, 3);
    change(new Map([...params].map(([name, { data }]) => [name, data])));
    return gradientModel({ graph, params });
  }

  async function failureOf(change: Change, dLogits = ones): Promise<unknown> {
    const pass = await modelWith(change).open(x);
    try {
      return await pass.backward(dLogits).catch((error: unknown) => error);
    } finally {
      pass.close();
    }
  }

  it("names the layer whose output is not finite first", async () => {
    // All logits are infinity, and so is the gradient.
    const error = await failureOf((params) => {
      for (const name of ["dense_0/kernel", "dense_2/kernel"]) params.get(name)?.fill(1);
      for (const layer of [0, 1, 2]) params.get(`dense_${layer}/bias`)?.fill(0);
      params.get("dense_1/kernel")?.fill(Number.POSITIVE_INFINITY);
    });
    expect(error).toMatchObject({ code: "NOT_FINITE" });
    expect((error as Error).message).toBe(
      'the input gradient of deep is not finite: NaN or infinity first appears in the output of layer "dense_1"',
    );
  });

  it("is not waited for where the logits are NaN: forward passes name the layer too, and keep nothing", async () => {
    const model = modelWith((params) => params.get("dense_1/kernel")?.fill(Number.NaN));
    const error = {
      code: "NOT_FINITE",
      message: 'the logits of deep hold NaN: NaN or infinity first appears in the output of layer "dense_1"',
    };
    await expect(model.logits(x)).rejects.toMatchObject(error);
    const before = engine.tf.memory().numTensors;
    await expect(model.open(x)).rejects.toMatchObject(error);
    expect(engine.tf.memory().numTensors).toBe(before);
  });

  it("names the layer whose gradient is not finite first", async () => {
    // Outputs of 1e30 and less, but slopes of 1e30 * 1e30.
    const error = await failureOf((params) => {
      params.get("dense_0/kernel")?.fill(1e-30);
      params.get("dense_0/bias")?.fill(0);
      params.get("dense_1/kernel")?.fill(1e30);
      params.get("dense_1/bias")?.fill(1);
      params.get("dense_2/kernel")?.fill(1e30);
    });
    expect(error).toMatchObject({ code: "NOT_FINITE" });
    expect((error as Error).message).toContain('first appears in the gradient of layer "dense_1"');
  });

  it("says when it was handed in", async () => {
    const dLogits = { data: Float32Array.of(1, Number.NaN, 0, 0, 0), shape: [1, 5] };
    expect(await failureOf(() => {}, dLogits)).toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringContaining("the gradient of the logits that was handed in"),
    });
  });
});
