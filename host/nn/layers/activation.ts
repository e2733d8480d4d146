/** Rectifiers, alone or at the end of another layer, and the softmax. */

import type { Activation, Layer } from "../graph.js";
import type { Kernels, Tensor } from "../kernels.js";
import { first, type LayerOp } from "./layer-op.js";

export function activate(kernels: Kernels, activation: Activation, x: Tensor): Tensor {
  return activation === "linear" ? x : kernels.rectify(activation, x);
}

/** @param y the activation's output, from which a rectifier's gradient can be told */
export function activateGradient(kernels: Kernels, activation: Activation, dy: Tensor, y: Tensor): Tensor {
  return activation === "linear" ? dy : kernels.rectifyGradient(activation, dy, y);
}

export function activationOp(layer: Extract<Layer, { kind: "activation" }>, kernels: Kernels): LayerOp {
  return {
    forward: (inputs) => ({ inputs, y: activate(kernels, layer.activation, first(inputs)) }),
    backward: (kept, dy) => ({ inputs: [activateGradient(kernels, layer.activation, dy, kept.y)], params: {} }),
  };
}

export function softmaxOp(kernels: Kernels): LayerOp {
  return {
    forward: (inputs) => ({ inputs, y: kernels.softmax(first(inputs)) }),
    backward: (kept, dy) => ({ inputs: [kernels.softmaxGradient(dy, kept.y)], params: {} }),
  };
}
