import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { argmax, type Batch, fromGrid, row, toGrid } from "../../../host/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../../../host/data/index.js";
import { forwardAll, gradientModel, type Network } from "../../../host/nn/index.js";
import {
  calibrate,
  inputGrid,
  outputGrid,
  quantizeInt8,
  quantizeInt16x8,
  readTflite,
  type TfliteModel,
  type TfliteOperator,
  type TfliteTensor,
  twinOf,
} from "../../../host/tflite/index.js";
import { oracleInfer } from "../../oracle/oracle.js";
import { branchedNetwork, images, mobileNetwork, residualNetwork } from "./networks.js";

function tensor(name: string, change: Partial<TfliteTensor>): TfliteTensor {
  return { name, shape: [1, 2], type: "int8", data: null, quantization: null, isVariable: false, ...change };
}

const grid = (scale: number, zeroPoint: number): TfliteTensor["quantization"] => ({
  scale: [scale],
  zeroPoint: [zeroPoint],
  axis: 0,
});

/** Two inputs in steps of 0.5, two outputs in steps of 0.25: y = [1 2; -3 0.5] x + [0.25, -1]. */
function oneLayer(change: Partial<TfliteOperator> = {}): TfliteModel {
  return {
    description: "one layer",
    version: 3,
    tensors: [
      tensor("x", { quantization: grid(0.5, 0) }),
      tensor("w", {
        shape: [2, 2],
        data: new Uint8Array(Int8Array.of(2, 4, -6, 1).buffer),
        quantization: grid(0.5, 0),
      }),
      tensor("b", { shape: [2], type: "int32", data: new Uint8Array(Int32Array.of(1, -4).buffer) }),
      tensor("y", { quantization: grid(0.25, -128) }),
    ],
    operators: [
      {
        op: "FULLY_CONNECTED",
        version: 4,
        inputs: [0, 1, 2],
        outputs: [3],
        options: { fused_activation_function: "relu", keep_num_dims: false },
        ...change,
      },
    ],
    inputs: [0],
    outputs: [3],
  };
}

/** d (weights . logits) / dx at one point. */
async function gradientAt(x: readonly number[], dLogits: readonly number[]): Promise<number[]> {
  const pass = await gradientModel(twinOf(oneLayer())).open({ data: Float32Array.from(x), shape: [1, 2] });
  const gradient = await pass.backward({ data: Float32Array.from(dLogits), shape: [1, 2] });
  pass.close();
  return Array.from(gradient.data, (value) => value + 0);
}

describe("the twin of one layer", () => {
  it("has the dequantised weights, and the grid's ends as bounds", () => {
    const { graph, params } = twinOf(oneLayer());
    expect(Array.from(params.get("y/float/kernel")?.data ?? [])).toEqual([1, -3, 2, 0.5]);
    expect(graph).toMatchObject({ id: "one layer", bounds: [-64, 63.5], output: "y", logits: "y" });
    expect(twinOf(oneLayer(), { id: "other", bounds: [0, 1] }).graph).toMatchObject({ id: "other", bounds: [0, 1] });
  });

  it("rounds the input and the output, and clamps them", async () => {
    const model = gradientModel(twinOf(oneLayer()));
    const x = [
      [1.1, 0.8],
      [0.3, 0],
      [100, 0],
      [-1, -2],
    ];
    const { data } = await model.logits({ data: Float32Array.from(x.flat()), shape: [4, 2] });
    // [1, 1], [0.5, 0], [63.5, 0] and [-1, -2], the products rectified; 63.75 is the output grid's end.
    expect(Array.from(data)).toEqual([3.25, 0, 0.75, 0, 63.75, 0, 0, 1]);
  });

  it("passes gradients straight through both roundings, and none where the output is clamped", async () => {
    expect(await gradientAt([1.1, 0.8], [1, 0])).toEqual([1, 2]);
    // The second output is below 0.
    expect(await gradientAt([1.1, 0.8], [10, 1])).toEqual([10, 20]);
    expect(await gradientAt([-1, -2], [10, 1])).toEqual([-3, 0.5]);
    // The first output is above 63.75.
    expect(await gradientAt([63.5, 10], [1, 0])).toEqual([0, 0]);
  });

  it("passes none where the input is clamped, but all at the very end of the grid", async () => {
    expect(await gradientAt([-64, 40], [1, 0])).toEqual([1, 2]);
    expect(await gradientAt([-64.1, 40], [1, 0])).toEqual([0, 2]);
    expect(await gradientAt([63.5, -20], [1, 0])).toEqual([1, 2]);
    expect(await gradientAt([63.6, -20], [1, 0])).toEqual([0, 2]);
  });
});

/** Every integer a network's activations take, from the twin's layers. */
async function integersOf(twin: Network, x: Batch): Promise<number[]> {
  const rounding = twin.graph.layers.flatMap((layer) => (layer.kind === "fakeQuant" ? [layer] : []));
  const outputs = await forwardAll(twin, x);
  return rounding.flatMap(({ name, grid: { scale, zeroPoint } }) =>
    Array.from(outputs.get(name)?.data ?? [], (value) => value / scale + zeroPoint),
  );
}

describe.each([
  { name: "residual", network: residualNetwork() },
  { name: "mobile", network: mobileNetwork() },
])("the twin of the $name network", ({ network }) => {
  it("holds integers only, and stays near the float network", async () => {
    const model = readTflite(quantizeInt8(network, await calibrate(network, images(network, 40, "calibration"))));
    const twin = twinOf(model);
    const x = images(network, 10);
    for (const q of await integersOf(twin, x)) {
      expect(Math.abs(q - Math.round(q))).toBeLessThan(1e-3);
      expect(q).toBeGreaterThan(-128.01);
      expect(q).toBeLessThan(127.01);
    }
    const float = await gradientModel(network).logits(x);
    const quantized = await gradientModel(twin).logits(x);
    const span = Math.max(...float.data) - Math.min(...float.data);
    for (const [i, value] of float.data.entries()) {
      expect(Math.abs(value - (quantized.data[i] as number)) / span).toBeLessThan(0.06);
    }
  });
});

describe("the twin", () => {
  it("refuses what it has no layer for, naming the operator", async () => {
    const network = branchedNetwork();
    const model = readTflite(quantizeInt8(network, await calibrate(network, images(network, 4))));
    expect(() => twinOf(model)).toThrow("operator 0 (PAD) of the model has no form in the differentiable twin");
  });

  it("of 16-bit activations is within four of 65,536 steps of tflite-micro", async () => {
    for (const network of [residualNetwork(), mobileNetwork()]) {
      const x = images(network, 10);
      const bytes = quantizeInt16x8(network, await calibrate(network, x));
      const model = readTflite(bytes);
      const twin = twinOf(model);
      const integers = toGrid(x.data, inputGrid(model));
      const raw = await oracleInfer("tflm", bytes, new Uint8Array(integers.buffer));
      const expected = fromGrid(new Int16Array(Uint8Array.from(raw).buffer), outputGrid(model));
      const outputs = (await forwardAll(twin, x, [twin.graph.output])).get(twin.graph.output)?.data ?? [];
      expect(outputs.length).toBe(expected.length);
      for (const [i, value] of outputs.entries()) {
        expect(Math.abs(value - (expected[i] as number))).toBeLessThan(4 * outputGrid(model).scale);
      }
    }
  });
});

describe("the twin of the committed ResNet-8", () => {
  it("predicts what the stock tflite-micro interpreter predicts", async () => {
    const golden = JSON.parse(readFileSync(new URL("../../vectors/cifar10-resnet8.json", import.meta.url), "utf8"));
    const outputs = Buffer.from(golden.outputs_hex, "hex");
    const file = (await findModel("cifar10-resnet8")).files.int8;
    const model = readTflite(readFileSync(file?.path ?? ""));
    const twin = twinOf(model);
    const count = 50;
    const x = batchOf(await loadCifar10("test", { limit: count }));
    const scores = (await forwardAll(twin, x, [twin.graph.output])).get(twin.graph.output) as Batch;
    const integers = toGrid(scores.data, outputGrid(model));
    const theirs = new Int8Array(outputs.buffer, outputs.byteOffset, 10 * count);
    const logits = await gradientModel(twin).logits(x);
    let equal = 0;
    for (let i = 0; i < count; i++) {
      const theirRow = theirs.subarray(10 * i, 10 * i + 10);
      expect(argmax(row(logits, i)), `image ${i}`).toBe(argmax(theirRow));
      equal += Number(theirRow.every((value, k) => Math.abs(value - (integers[10 * i + k] as number)) <= 1));
    }
    // Of the test set's first 1,000 images 966 have the very logits; here the scores are compared, to one step.
    expect(equal).toBeGreaterThanOrEqual(46);
    expect(fromGrid(integers, outputGrid(model))).toEqual(scores.data);
  });
});

it("rounds inputs to the very integers that devices receive", async () => {
  const file = (await findModel("cifar10-resnet8")).files.int8;
  const model = readTflite(readFileSync(file?.path ?? ""));
  const grid = inputGrid(model);
  // Quarters of a step from grid points, as gradient steps of a fraction of eps make them.
  const x = {
    data: Float32Array.from({ length: 3072 }, (_, i) => (i % 1021) * Math.fround(0.25 / 255)),
    shape: [1, 32, 32, 3],
  };
  const rounded = (await forwardAll(twinOf(model), x, ["input"])).get("input") as Batch;
  expect(toGrid(rounded.data, grid)).toEqual(toGrid(x.data, grid));
});

describe("what has no form in a twin is refused by name", () => {
  const full = { fused_activation_function: "relu", keep_num_dims: false };
  it.each([
    [{ op: "HARD_SWISH" }, "operator 0 (HARD_SWISH) of the model has no form in the differentiable twin"],
    [{ op: "CUSTOM:mine" }, "operator 0 (CUSTOM:mine)"],
    [
      { options: { ...full, fused_activation_function: "tanh" } },
      "operator 0 (FULLY_CONNECTED) of the model has the fused activation tanh",
    ],
    [{ op: "RESHAPE", outputs: [1] }, "operator 0 (RESHAPE) of the model gives [2, 2] of [1, 2], expected [1, 2]"],
    [{ op: "SOFTMAX", options: { beta: 2 } }, "operator 0 (SOFTMAX) of the model has beta 2, expected 1"],
    [{ op: "MAX_POOL_2D", options: {} }, "goes from scale 0.5 to 0.25"],
    [{ op: "ADD", inputs: [0, 1] }, 'tensor "w" is a constant'],
    [{ inputs: [0, 2, 2] }, 'the weights "b" are int32, not quantised'],
    [{ inputs: [0, 0, 2] }, '"x" is computed, expected a constant'],
  ])("%j", (change, message) => {
    expect(() => twinOf(oneLayer(change))).toThrow(message);
    expect(() => twinOf(oneLayer(change))).toThrow(expect.objectContaining({ code: "MODEL_UNSUPPORTED" }));
  });

  it("a batch, and activations in floats", () => {
    const model = oneLayer();
    const [x, w, b, y] = model.tensors as [TfliteTensor, TfliteTensor, TfliteTensor, TfliteTensor];
    const batched = { ...model, tensors: [{ ...x, shape: [4, 2] }, w, b, y] };
    expect(() => twinOf(batched)).toThrow("the model takes batches of 4, expected 1");
    const plain = { ...model, tensors: [{ ...x, type: "float32" as const, quantization: null }, w, b, y] };
    expect(() => twinOf(plain)).toThrow(expect.objectContaining({ code: "MODEL_UNSUPPORTED" }));
  });
});
