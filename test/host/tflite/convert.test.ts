import { describe, expect, it } from "vitest";
import { type Layer, type Network, resnet8 } from "../../../host/nn/index.js";
import {
  calibrate,
  inputGrid,
  logitsTensor,
  outputGrid,
  quantizeInt8,
  quantizeInt16x8,
  readTflite,
  type TfliteModel,
  type TfliteTensor,
} from "../../../host/tflite/index.js";
import { branchedNetwork, images, mobileNetwork, residualNetwork, withWeights } from "./networks.js";

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

  it("pads, dilates, joins and multiplies as the graph does", async () => {
    const model = await convert(branchedNetwork());
    const of = (name: string) => model.operators.find(({ outputs }) => model.tensors[outputs[0] ?? -1]?.name === name);
    const constant = model.tensors[of("pad")?.inputs[1] ?? -1];
    expect(of("pad")).toMatchObject({ op: "PAD", options: {} });
    expect(constant).toMatchObject({ type: "int32", shape: [4, 2] });
    expect([...new Int32Array(Uint8Array.from(constant?.data ?? []).buffer)]).toEqual([0, 0, 0, 1, 1, 0, 0, 0]);
    expect(of("wide")?.options).toMatchObject({ dilation_h_factor: 2, dilation_w_factor: 3, padding: "same" });
    expect(of("deep")?.options).toMatchObject({ depth_multiplier: 3, dilation_h_factor: 1, dilation_w_factor: 2 });
    expect(of("mean")?.options).toMatchObject({ filter_height: 2, filter_width: 3, stride_h: 1, stride_w: 1 });
    expect(of("joined")).toMatchObject({ op: "CONCATENATION", options: { axis: 3 } });
    expect(of("gated")).toMatchObject({ op: "MUL", options: { fused_activation_function: "relu" } });
  });

  it("puts all that a concatenation joins on one grid, wide enough for each", async () => {
    const network = branchedNetwork();
    const ranges = await calibrate(network, images(network, 8, "calibration"));
    const model = readTflite(quantizeInt8(network, ranges));
    const joined = named(model, "joined").quantization;
    for (const name of ["wide", "mean", "deep", "peak", "stem"]) {
      expect(named(model, name).quantization, name).toEqual(joined);
    }
    const found = ["wide", "deep", "stem"].map((name) => ranges.get(name) ?? { min: Number.NaN, max: Number.NaN });
    const [low, high] = [Math.min(...found.map(({ min }) => min)), Math.max(...found.map(({ max }) => max))];
    expect(joined?.scale).toEqual([Math.fround((high - Math.min(0, low)) / 255)]);
    expect(named(model, "left").quantization).not.toEqual(joined);
  });

  it("refuses to join the input, whose scale is given, with a layer of another", async () => {
    const network = branchedNetwork();
    const layers = network.graph.layers.map((layer) =>
      layer.name === "joined" ? { ...layer, inputs: ["flat", "flat_stem"] } : layer,
    );
    const at = layers.findIndex(({ name }) => name === "joined");
    layers.splice(
      at,
      layers.length - at,
      { kind: "flatten", name: "flat", inputs: ["input"] },
      { kind: "flatten", name: "flat_stem", inputs: ["stem"] },
      { kind: "concat", name: "joined", inputs: ["flat", "flat_stem"] },
    );
    const kept = [...network.params].filter(([name]) => !/^(left|right|dense)/.test(name));
    const broken = {
      graph: { ...network.graph, layers, output: "joined", logits: "joined" },
      params: new Map(kept),
    };
    await expect(convert(broken)).rejects.toThrow(
      'joins the values of "input", whose scale is given, with those of "stem"',
    );
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

describe("quantizeInt16x8", () => {
  const wide = async (network: Network): Promise<TfliteModel> =>
    readTflite(quantizeInt16x8(network, await calibrate(network, images(network, 8, "calibration"))));

  it("has symmetric int16 activations that reach the larger end of the range, and 2^-15 for probabilities", async () => {
    const network = mobileNetwork();
    const ranges = await calibrate(network, images(network, 8, "calibration"));
    const model = readTflite(quantizeInt16x8(network, ranges));
    expect(inputGrid(model)).toEqual({ type: "int16", scale: Math.fround(1 / 32767), zeroPoint: 0 });
    const { min, max } = ranges.get("add") ?? { min: 0, max: 0 };
    expect(named(model, "add").quantization).toEqual({
      scale: [Math.fround(Math.max(-min, max) / 32767)],
      zeroPoint: [0],
      axis: 0,
    });
    const activations = model.tensors.filter(({ data }) => data === null);
    expect(new Set(activations.map(({ type }) => type))).toEqual(new Set(["int16"]));
    expect(outputGrid(await wide(residualNetwork()))).toEqual({ type: "int16", scale: 1 / 32768, zeroPoint: 0 });
  });

  it("has the weights of int8, and int64 biases at the product of scales", async () => {
    const network = residualNetwork();
    const [narrow, model] = [await convert(network), await wide(network)];
    expect(named(model, "stem/kernel")).toEqual(named(narrow, "stem/kernel"));
    const bias = named(model, "stem/bias");
    expect(bias.type).toBe("int64");
    const scales = named(model, "stem/kernel").quantization?.scale ?? [];
    expect(bias.quantization?.scale).toEqual(scales.map((scale) => Math.fround(inputGrid(model).scale * scale)));
    const integers = [...new BigInt64Array(Uint8Array.from(bias.data ?? []).buffer)];
    const real = integers.map((value, i) => Number(value) * (bias.quantization?.scale[i] ?? 0));
    (network.params.get("stem/bias")?.data ?? []).forEach((value, i) => {
      expect(real[i]).toBeCloseTo(value, 5);
    });
  });

  it("says that additions may have any scales", async () => {
    const optionOf = (model: TfliteModel) => model.operators.find(({ op }) => op === "ADD")?.options?.pot_scale_int16;
    expect(optionOf(await wide(residualNetwork()))).toBe(false);
    expect(optionOf(await convert(residualNetwork()))).toBe(true);
  });
});
