/** Moves activations into the layers before them, as TFLite's operators compute both in one step. */

import { McuEvalError } from "../core/index.js";
import type { Graph, Layer } from "../nn/index.js";

/** One operator to be: a layer, and the names under which it reads and gives its activations. */
export interface Step {
  /** With the fused activation, if any; its own name still finds its parameters. */
  readonly layer: Layer;
  readonly inputs: readonly string[];
  /** The layer whose float output this operator's output stands for. */
  readonly output: string;
}

/**
 * The graph's steps up to its output, in order. A ReLU or ReLU6 layer becomes part of the linear convolution,
 * dense or add layer it reads, unless another layer reads that one too.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED for a batchNorm layer: fold it first
 */
export function fuseActivations(graph: Graph): Step[] {
  const readers = new Map<string, number>();
  for (const layer of graph.layers) {
    for (const input of layer.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  /** What stands for a layer's output, where that is another layer's. */
  const aliases = new Map<string, string>();
  const resolve = (name: string): string => aliases.get(name) ?? name;
  const steps: Step[] = [];

  for (const layer of graph.layers) {
    if (layer.kind === "batchNorm") {
      throw new McuEvalError("MODEL_UNSUPPORTED", `layer "${layer.name}" is a batchNorm, which has no int8 operator`, {
        hint: "Fold the batchNorm layers into the convolutions before them first.",
      });
    }
    const inputs = layer.inputs.map(resolve);
    if (layer.kind === "activation") {
      const source = inputs[0] as string;
      if (layer.activation === "linear") {
        aliases.set(layer.name, source);
        continue;
      }
      const at = steps.findIndex((step) => step.output === source);
      const fused = steps[at] && withActivation(steps[at].layer, layer.activation);
      if (fused && readers.get(layer.inputs[0] as string) === 1 && source === layer.inputs[0]) {
        steps[at] = { ...(steps[at] as Step), layer: fused, output: layer.name };
        continue;
      }
    }
    steps.push({ layer, inputs, output: layer.name });
  }
  const end = steps.findIndex((step) => step.output === resolve(graph.output));
  if (end < 0)
    throw new McuEvalError("MODEL_UNSUPPORTED", `the graph's output "${graph.output}" is none of its layers`);
  return steps.slice(0, end + 1);
}

function withActivation(layer: Layer, activation: "relu" | "relu6"): Layer | null {
  switch (layer.kind) {
    case "conv2d":
    case "depthwiseConv2d":
    case "dense":
    case "add":
      return layer.activation === "linear" ? { ...layer, activation } : null;
    default:
      return null;
  }
}
