/** Writes networks as tfjs layers models. */

import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { McuEvalError, messageOf } from "../core/index.js";
import type { Layer, Network } from "../nn/index.js";

type Json = Readonly<Record<string, unknown>>;

interface KerasEntry {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
  readonly inputs: readonly string[];
}

/**
 * Writes `model.json` and `weights.bin`, which `tf.loadLayersModel` opens. Same network, same bytes.
 * The graph's id and input bounds go into `userDefinedMetadata`.
 *
 * @param dir made if missing
 * @throws McuEvalError WRITE_FAILED
 */
export async function writeTfjsLayers(network: Network, dir: string): Promise<void> {
  const { graph, params } = network;
  const entries = graph.layers.flatMap((layer) => toKeras(layer, (name) => outputName(network, name)));
  const input = graph.layers.find(({ kind }) => kind === "input")?.name ?? "";
  const depthwise = new Set(graph.layers.filter(({ kind }) => kind === "depthwiseConv2d").map(({ name }) => name));
  const weights = [...params].map(([name, { shape }]) => {
    const layer = name.slice(0, name.lastIndexOf("/"));
    const isDepthwise = depthwise.has(layer) && name.endsWith("/kernel");
    return { name: isDepthwise ? `${layer}/depthwise_kernel` : name, shape, dtype: "float32" };
  });
  const model = {
    format: "layers-model",
    generatedBy: "mcu-eval",
    convertedBy: null,
    modelTopology: {
      class_name: "Model",
      config: {
        name: graph.id,
        layers: entries.map(({ className, name, config, inputs }) => ({
          name,
          class_name: className,
          config: { name, trainable: true, ...config },
          inbound_nodes: inputs.length === 0 ? [] : [inputs.map((from) => [from, 0, 0, {}])],
        })),
        input_layers: [[input, 0, 0]],
        output_layers: [[outputName(network, graph.output), 0, 0]],
      },
    },
    weightsManifest: [{ paths: ["weights.bin"], weights }],
    userDefinedMetadata: { id: graph.id, bounds: graph.bounds },
  };
  const bytes = Buffer.concat(
    [...params.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  await save(dir, "weights.bin", bytes);
  await save(dir, "model.json", `${JSON.stringify(model, null, 1)}\n`);
}

/** Under which name a layer's output is found: Keras's Add and Multiply have no activation, so a layer of its own follows. */
function outputName({ graph }: Network, name: string): string {
  const layer = graph.layers.find((candidate) => candidate.name === name);
  const isBare = layer?.kind === "add" || layer?.kind === "multiply";
  return isBare && layer.activation !== "linear" ? `${name}_${layer.activation}` : name;
}

function toKeras(layer: Layer, outputOf: (name: string) => string): KerasEntry[] {
  const inputs = layer.inputs.map(outputOf);
  const entry = (className: string, config: Json): KerasEntry[] => [{ className, name: layer.name, config, inputs }];
  switch (layer.kind) {
    case "input":
      return entry("InputLayer", { batch_input_shape: [null, ...layer.shape], dtype: "float32", sparse: false });
    case "conv2d":
      return entry("Conv2D", {
        ...windowOf(layer),
        ...linearOf(layer),
        ...(layer.dilations && { dilation_rate: layer.dilations }),
        kernel_size: layer.kernelSize,
        filters: layer.filters,
      });
    case "depthwiseConv2d":
      return entry("DepthwiseConv2D", {
        ...windowOf(layer),
        ...linearOf(layer),
        ...(layer.dilations && { dilation_rate: layer.dilations }),
        kernel_size: layer.kernelSize,
        depth_multiplier: layer.filters,
      });
    case "dense":
      return entry("Dense", { ...linearOf(layer), units: layer.units });
    case "batchNorm":
      return entry("BatchNormalization", {
        axis: -1,
        epsilon: layer.epsilon,
        momentum: layer.momentum,
        center: true,
        scale: true,
      });
    case "activation":
      return entry("Activation", { activation: layer.activation });
    case "add":
    case "multiply": {
      const after = outputOf(layer.name);
      const bare = entry(layer.kind === "add" ? "Add" : "Multiply", {});
      if (after === layer.name) return bare;
      return [
        ...bare,
        { className: "Activation", name: after, config: { activation: layer.activation }, inputs: [layer.name] },
      ];
    }
    case "concat":
      return entry("Concatenate", { axis: -1 });
    case "zeroPad2d":
      return entry("ZeroPadding2D", { padding: layer.margins, data_format: "channels_last" });
    case "averagePool2d":
      return entry("AveragePooling2D", { ...windowOf(layer), pool_size: layer.poolSize });
    case "maxPool2d":
      return entry("MaxPooling2D", { ...windowOf(layer), pool_size: layer.poolSize });
    case "flatten":
      return entry("Flatten", {});
    case "softmax":
      return entry("Softmax", { axis: -1 });
    case "fakeQuant":
      throw new McuEvalError(
        "MODEL_UNSUPPORTED",
        `layer "${layer.name}" rounds to a grid, which Keras has no layer for`,
      );
  }
}

function windowOf({ strides, padding }: Extract<Layer, { padding: unknown }>): Json {
  return { strides, padding, data_format: "channels_last" };
}

function linearOf({ activation, useBias }: Extract<Layer, { useBias: boolean }>): Json {
  return { activation, use_bias: useBias };
}

/** Puts a file in place whole or not at all. */
async function save(dir: string, name: string, content: Uint8Array | string): Promise<void> {
  const path = join(dir, name);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
  } catch (cause) {
    throw new McuEvalError("WRITE_FAILED", `${path} cannot be written: ${messageOf(cause)}`, { cause });
  }
}
