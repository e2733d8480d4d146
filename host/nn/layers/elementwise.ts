/** Layers that join inputs of one shape element by element: add, multiply. */

import type { Layer } from "../graph.js";
import type { Kernels, Tensor } from "../kernels.js";
import { activate, activateGradient } from "./activation.js";
import type { LayerOp } from "./layer-op.js";

type Elementwise = Extract<Layer, { kind: "add" | "multiply" }>;

export function addOp(layer: Elementwise, kernels: Kernels): LayerOp {
  return {
    forward: (inputs) => ({
      inputs,
      y: activate(
        kernels,
        layer.activation,
        inputs.reduce((sum, x) => kernels.add(sum, x)),
      ),
    }),
    backward(kept, dy) {
      const dz = activateGradient(kernels, layer.activation, dy, kept.y);
      return { inputs: kept.inputs.map(() => dz), params: {} };
    },
  };
}

export function multiplyOp(layer: Elementwise, kernels: Kernels): LayerOp {
  const product = (factors: readonly Tensor[]): Tensor => factors.reduce((so, x) => kernels.multiply(so, x));
  return {
    forward: (inputs) => ({ inputs, y: activate(kernels, layer.activation, product(inputs)) }),
    backward({ inputs, y }, dy) {
      const dz = activateGradient(kernels, layer.activation, dy, y);
      return { inputs: inputs.map((_, i) => product([dz, ...inputs.filter((_, k) => k !== i)])), params: {} };
    },
  };
}
