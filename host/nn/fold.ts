/**
 * Turns a trained graph into its inference form: batch normalisations become scales and biases of the
 * layers they follow (Jacob et al. 2018, arXiv 1712.05877, section 3.2), and rectifiers behind those
 * become part of them.
 */

import { McuEvalError } from "../core/index.js";
import type { Activation, Graph, Layer, Network, Param } from "./graph.js";

type Affine = Extract<Layer, { kind: "conv2d" | "depthwiseConv2d" | "dense" }>;
type Norm = Extract<Layer, { kind: "batchNorm" }>;

/**
 * The same function as `network` in inference mode, without batchNorm layers. A merged layer keeps the
 * name of the convolution or dense layer.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED for a batchNorm that follows anything but a linear conv or
 *   dense layer that nothing else reads
 */
export function foldBatchNorm({ graph, params }: Network): Network {
  const folded = new Map(params);
  /** Removed layers, and the layer that now gives their output. */
  const replaced = new Map<string, string>();
  const resolve = (name: string) => replaced.get(name) ?? name;
  const layers: Layer[] = [];

  for (const layer of graph.layers) {
    const source = layers.findIndex(({ name }) => name === resolve(layer.inputs[0] ?? ""));
    const before = layers[source];
    if (layer.kind === "batchNorm") {
      const affine = foldable(layer, before, graph);
      layers[source] = { ...affine, useBias: true };
      foldInto(folded, affine, layer);
      replaced.set(layer.name, affine.name);
    } else if (layer.kind === "activation" && before && mergeable(before, layer.inputs[0] ?? "", graph)) {
      layers[source] = { ...before, activation: layer.activation } as Layer;
      replaced.set(layer.name, before.name);
    } else {
      layers.push({ ...layer, inputs: layer.inputs.map(resolve) });
    }
  }
  return {
    graph: { ...graph, layers, output: resolve(graph.output), logits: resolve(graph.logits) },
    params: folded,
  };
}

/** Layers that read `name`, and the graph's own ends if they do. */
function readersOf(name: string, { layers, output, logits }: Graph): number {
  const ends = [output, logits].filter((end) => end === name).length;
  return ends + layers.filter(({ inputs }) => inputs.includes(name)).length;
}

function foldable(norm: Norm, before: Layer | undefined, graph: Graph): Affine {
  const affine = before && isAffine(before) && before.activation === "linear" ? before : undefined;
  if (!affine || readersOf(affine.name, graph) !== 1) {
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `batchNorm "${norm.name}" follows ${before ? `${before.kind} "${before.name}"` : "nothing"}, expected a linear conv or dense layer that nothing else reads`,
    );
  }
  return affine;
}

function isAffine(layer: Layer): layer is Affine {
  return layer.kind === "conv2d" || layer.kind === "depthwiseConv2d" || layer.kind === "dense";
}

function takesActivation(layer: Layer): layer is Extract<Layer, { activation: Activation }> {
  return isAffine(layer) || layer.kind === "add" || layer.kind === "multiply";
}

/** Whether an activation that reads `name` may move into the layer that gives it. */
function mergeable(before: Layer, name: string, graph: Graph): boolean {
  const takes: { activation: Activation } | undefined = takesActivation(before) ? before : undefined;
  return takes?.activation === "linear" && readersOf(name, graph) === 1;
}

/** kernel' = kernel s, bias' = (bias - mean) s + beta, with s = gamma / sqrt(variance + epsilon), a channel. */
function foldInto(params: Map<string, Param>, affine: Affine, norm: Norm): void {
  const take = (key: string): Param => {
    const param = params.get(key);
    if (!param) throw new McuEvalError("FILE_INVALID", `the network has no parameter "${key}"`);
    return param;
  };
  const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map((role) => {
    const { data } = take(`${norm.name}/${role}`);
    params.delete(`${norm.name}/${role}`);
    return data;
  }) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const channels = gamma.length;
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + norm.epsilon));
  const kernel = take(`${affine.name}/kernel`);
  // The output channel runs fastest in all three kernel layouts.
  const data = kernel.data.map((value, i) => value * (scale[i % channels] as number));
  params.set(`${affine.name}/kernel`, { shape: kernel.shape, data });
  const old = affine.useBias ? take(`${affine.name}/bias`).data : new Float32Array(channels);
  const bias = old.map((b, c) => (b - (mean[c] as number)) * (scale[c] as number) + (beta[c] as number));
  params.set(`${affine.name}/bias`, { shape: [channels], data: bias });
}
