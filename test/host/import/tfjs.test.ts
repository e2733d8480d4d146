import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../../../host/core/index.js";
import { readTfjsLayers, writeTfjsLayers } from "../../../host/import/index.js";
import { forwardAll, loadEngine, type Network, resnet8 } from "../../../host/nn/index.js";
import {
  branchedNetwork,
  images,
  mobileNetwork,
  residualNetwork,
  withPlainDepthwise,
  withWeights,
} from "../tflite/networks.js";

// tfjs-layers, the independent implementation; loaded after the engine, which mends what Node 23 removed.
type Tf = typeof import("@tensorflow/tfjs-node");
const tfOf = async (): Promise<Tf> => {
  await loadEngine();
  return createRequire(import.meta.url)("@tensorflow/tfjs-node") as Tf;
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcu-eval-import-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function floatOutput(network: Network, x: Batch): Promise<Float32Array> {
  const outputs = await forwardAll(network, x, [network.graph.output]);
  return outputs.get(network.graph.output)?.data ?? new Float32Array();
}

function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}

describe.each([
  { name: "residual", network: residualNetwork() },
  { name: "mobile", network: mobileNetwork() },
  // libtensorflow's depthwise kernel gets dilations wrong, so that tfjs cannot be the judge of one.
  { name: "branched", network: withPlainDepthwise(branchedNetwork()) },
  { name: "resnet8", network: withWeights(resnet8()) },
])("the $name network as a tfjs layers model", ({ name, network }) => {
  const x = images(network, 4);

  it("opens in tf.loadLayersModel and gives the same outputs", async () => {
    const dir = join(folder, name);
    await writeTfjsLayers(network, dir);
    const tf = await tfOf();
    const model = await tf.loadLayersModel(`file://${dir}/model.json`);
    const y = model.predict(tf.tensor(x.data, x.shape as number[])) as import("@tensorflow/tfjs-core").Tensor;
    expect(worstDifference(await y.data(), await floatOutput(network, x))).toBeLessThan(1e-5);
  });

  it("comes back with the same parameters, id, bounds and outputs", async () => {
    const dir = join(folder, `${name}-back`);
    await writeTfjsLayers(network, dir);
    const back = await readTfjsLayers(dir);
    expect(back.graph).toMatchObject({ id: network.graph.id, bounds: network.graph.bounds });
    expect([...back.params.keys()].sort()).toEqual([...network.params.keys()].sort());
    for (const [key, { shape, data }] of network.params) {
      expect(back.params.get(key)?.shape).toEqual(shape);
      expect(worstDifference(back.params.get(key)?.data ?? [], data)).toBe(0);
    }
    expect(worstDifference(await floatOutput(back, x), await floatOutput(network, x))).toBe(0);
  });

  it("is written with the same bytes each time", async () => {
    const dirs = [join(folder, `${name}-a`), join(folder, `${name}-b`)] as const;
    for (const dir of dirs) await writeTfjsLayers(network, dir);
    for (const file of ["model.json", "weights.bin"]) {
      expect((await readFile(join(dirs[0], file))).equals(await readFile(join(dirs[1], file)))).toBe(true);
    }
  });
});

describe("a model saved by tfjs-layers", () => {
  it("gives the outputs that tfjs-layers computes", async () => {
    const tf = await tfOf();
    const input = tf.input({ shape: [9, 8, 2], name: "in" });
    const conv = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "conv" });
    const depthwise = tf.layers.depthwiseConv2d({
      kernelSize: [3, 2],
      padding: "same",
      depthMultiplier: 1,
      name: "dw",
    });
    let x = conv.apply(input) as import("@tensorflow/tfjs-node").SymbolicTensor;
    const y = depthwise.apply(x) as typeof x;
    x = tf.layers.add({ name: "sum" }).apply([x, y]) as typeof x;
    x = tf.layers.batchNormalization({ scale: false, name: "norm" }).apply(x) as typeof x;
    x = tf.layers.reLU({ maxValue: 6, name: "relu6" }).apply(x) as typeof x;
    x = tf.layers.dropout({ rate: 0.5, name: "dropout" }).apply(x) as typeof x;
    x = tf.layers.maxPooling2d({ poolSize: 2, name: "pool" }).apply(x) as typeof x;
    x = tf.layers.globalAveragePooling2d({ name: "mean" }).apply(x) as typeof x;
    x = tf.layers.dense({ units: 3, activation: "softmax", name: "dense" }).apply(x) as typeof x;
    const model = tf.model({ inputs: input, outputs: x, name: "theirs" });
    const dir = join(folder, "theirs");
    await model.save(`file://${dir}`);

    const network = await readTfjsLayers(dir, { bounds: [-1, 1] });
    expect(network.graph).toMatchObject({ id: "theirs", bounds: [-1, 1], output: "dense_softmax", logits: "dense" });
    const batch = images(network, 5);
    const expected = model.predict(
      tf.tensor(batch.data, batch.shape as number[]),
    ) as import("@tensorflow/tfjs-core").Tensor;
    expect(worstDifference(await expected.data(), await floatOutput(network, batch))).toBeLessThan(1e-5);
  });

  it("may be Sequential", async () => {
    const tf = await tfOf();
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3, strides: 2, name: "conv" }),
        tf.layers.flatten({ name: "flat" }),
        tf.layers.dense({ units: 2, name: "dense" }),
      ],
    });
    const dir = join(folder, "sequential");
    await model.save(`file://${dir}`);
    const network = await readTfjsLayers(dir);
    const batch = images(network, 3);
    const expected = model.predict(
      tf.tensor(batch.data, batch.shape as number[]),
    ) as import("@tensorflow/tfjs-core").Tensor;
    expect(worstDifference(await expected.data(), await floatOutput(network, batch))).toBeLessThan(1e-5);
  });
});

interface KerasEntry {
  class_name: string;
  config: Record<string, unknown>;
}

interface Model {
  modelTopology: { config: { layers: KerasEntry[] } };
  weightsManifest: [{ weights: { quantization?: object }[] }];
}

describe("a model that cannot be read", () => {
  const broken = async (name: string, change: (model: Model) => void): Promise<string> => {
    const dir = join(folder, name);
    await writeTfjsLayers(residualNetwork(), join(folder, "good"));
    await cp(join(folder, "good"), dir, { recursive: true });
    const file = join(dir, "model.json");
    const model = JSON.parse(await readFile(file, "utf8")) as Model;
    change(model);
    await writeFile(file, JSON.stringify(model));
    return dir;
  };
  const layer = (model: Model, index: number): KerasEntry => model.modelTopology.config.layers[index] as KerasEntry;

  it("names an unsupported layer with index and class", async () => {
    const dir = await broken("lstm", (model) => {
      layer(model, 3).class_name = "LSTM";
    });
    await expect(readTfjsLayers(dir)).rejects.toMatchObject({
      code: "MODEL_UNSUPPORTED",
      message: expect.stringContaining('layer 3 ("body", LSTM)'),
    });
  });

  it("names an unsupported setting with its value", async () => {
    const dir = await broken("dilated", (model) => {
      layer(model, 1).config.dilation_rate = [2, 0];
    });
    await expect(readTfjsLayers(dir)).rejects.toThrow(
      /layer 1 \("stem", Conv2D\) has dilation_rate \[2,0\], expected one or two/,
    );
  });

  it("says which weight does not fit", async () => {
    const dir = await broken("narrow", (model) => {
      layer(model, 1).config.filters = 5;
    });
    await expect(readTfjsLayers(dir)).rejects.toThrow(
      /"stem\/kernel" has shape \[3, 3, 3, 6\], expected \[3, 3, 3, 5\]/,
    );
  });

  it("says where truncated weights end", async () => {
    const dir = await broken("short", () => undefined);
    await truncate(join(dir, "weights.bin"), 1000);
    await expect(readTfjsLayers(dir)).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringContaining("1000 bytes"),
    });
  });

  it("refuses quantised weights", async () => {
    const dir = await broken("quantised", (model) => {
      const [first] = model.weightsManifest[0].weights;
      if (first) first.quantization = { dtype: "uint8", scale: 1, min: 0 };
    });
    await expect(readTfjsLayers(dir)).rejects.toThrow(/is quantised, expected float32/);
  });

  it("tells a missing file from one that is not JSON", async () => {
    await expect(readTfjsLayers(join(folder, "nowhere"))).rejects.toMatchObject({ code: "FILE_MISSING" });
    const file = join(folder, "text.json");
    await writeFile(file, "weights, please");
    await expect(readTfjsLayers(file)).rejects.toMatchObject({ code: "FILE_INVALID" });
  });
});
