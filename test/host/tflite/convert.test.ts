import { describe, expect, it } from "vitest";
import { type Layer, type Network, resnet8 } from "../../../host/nn/index.js";
import {
  calibrate,
  inputGrid,
  logitsTensor,
  outputGrid,
  quantizeInt8,
  readTflite,
  type TfliteModel,
  type TfliteTensor,
} from "../../../host/tflite/index.js";
import { images, mobileNetwork, residualNetwork, withWeights } from "./networks.js";

const convert = async (network: Network): Promise<TfliteModel> =>
  readTflite(quantizeInt8(network, await calibrate(network, images(network, 8, "calibration"))));

const named = (model: TfliteModel, name: string): TfliteTensor => {
  const tensor = model.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`no tensor ${name}: ${model.tensors.map((t) => t.name).join(" ")}`);
  return tensor;
};

describe("quantizeInt8", () => {
  it("puts pixels, ReLU outputs and probabilities on the grids that TFLite fixes", async () => {
    const model = await convert(residualNetwork());
    expect(inputGrid(model)).toEqual({ type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 });
    expect(outputGrid(model)).toEqual({ type: "int8", scale: 1 / 256, zeroPoint: -128 });
    for (const name of ["stem", "add"]) expect(named(model, name).quantization?.zeroPoint).toEqual([-128]);
    expect(model.tensors[logitsTensor(model)]?.name).toBe("dense");
  });

  it("takes other input bounds, and ends in logits where the network does", async () => {
    const model = await convert(mobileNetwork());
    expect(inputGrid(model)).toEqual({ type: "int8", scale: Math.fround(2 / 255), zeroPoint: -1 });
    expect(logitsTensor(model)).toBe(model.outputs[0]);
  });

  it("fuses activations, and keeps one whose input is read elsewhere as an operator of its own", async () => {
    const model = await convert(mobileNetwork());
    expect(model.operators.map(({ op, options }) => [op, options?.fused_activation_function ?? null])).toEqual([
      ["CONV_2D", "relu6"],
      ["DEPTHWISE_CONV_2D", "relu6"],
      ["MAX_POOL_2D", "linear"],
      ["CONV_2D", "linear"],
      ["RELU", null],
      ["ADD", "linear"],
      ["RESHAPE", null],
      ["FULLY_CONNECTED", "relu"],
      ["FULLY_CONNECTED", "linear"],
    ]);
  });

  it("keeps the scale where the kernels do not rescale", async () => {
    for (const model of [await convert(residualNetwork()), await convert(mobileNetwork())]) {
      const still = model.operators.filter(({ op }) => /POOL|RESHAPE|RELU/.test(op));
      expect(still.length).toBeGreaterThan(1);
      for (const { inputs, outputs } of still) {
        const [input, output] = [model.tensors[inputs[0] ?? -1], model.tensors[outputs[0] ?? -1]];
        expect(output?.quantization).toEqual(input?.quantization);
      }
    }
  });

  it("quantises convolutions per channel, dense layers per tensor, and biases at the product of scales", async () => {
    const model = await convert(mobileNetwork());
    for (const { op, inputs } of model.operators) {
      if (!/CONV|FULLY/.test(op)) continue;
      const [input, weights, bias] = inputs.map((index) => model.tensors[index]);
      const axis = op === "DEPTHWISE_CONV_2D" ? 3 : 0;
      const channels = op === "FULLY_CONNECTED" ? 1 : weights?.shape[axis];
      expect(weights?.quantization).toMatchObject({ axis });
      expect(weights?.quantization?.scale.length, weights?.name).toBe(channels);
      expect(weights?.quantization?.zeroPoint.every((zero) => zero === 0)).toBe(true);
      expect(bias).toMatchObject({ type: "int32", shape: [weights?.shape[axis]] });
      const product = weights?.quantization?.scale.map((scale) =>
        Math.fround(scale * (input?.quantization?.scale[0] ?? 0)),
      );
      expect(bias?.quantization?.scale).toEqual(product);
    }
  });

  it("folds batchNorms and gives ResNet-8 the operators of the published one", async () => {
    const model = await convert(withWeights(resnet8()));
    const counts = new Map<string, number>();
    for (const { op } of model.operators) counts.set(op, (counts.get(op) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      CONV_2D: 9,
      ADD: 3,
      AVERAGE_POOL_2D: 1,
      RESHAPE: 1,
      FULLY_CONNECTED: 1,
      SOFTMAX: 1,
    });
  });

  it("names the layer whose range is missing", async () => {
    const network = residualNetwork();
    const ranges = new Map(await calibrate(network, images(network, 2)));
    ranges.delete("body");
    expect(() => quantizeInt8(network, ranges)).toThrow(/layer "body" has no range/);
  });

  it("passes by linear activations", async () => {
    const network = residualNetwork();
    const layers = network.graph.layers.flatMap((layer): Layer[] =>
      layer.name === "pool"
        ? [
            { kind: "activation", name: "same", inputs: ["add"], activation: "linear" },
            { ...layer, inputs: ["same"] },
          ]
        : [layer],
    );
    const model = await convert({ ...network, graph: { ...network.graph, layers } });
    expect(model.operators.map(({ op }) => op)).toEqual((await convert(network)).operators.map(({ op }) => op));
  });
});
