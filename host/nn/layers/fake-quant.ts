/** Rounding to a grid as a layer. */

import type { Layer } from "../graph.js";
import type { Kernels } from "../kernels.js";
import { first, type LayerOp, roleOf } from "./layer-op.js";

export function fakeQuantOp(layer: Extract<Layer, { kind: "fakeQuant" }>, kernels: Kernels): LayerOp {
  const quant = kernels.fakeQuant(layer.grid, layer.ties);
  return {
    forward(inputs, params) {
      const x = first(inputs);
      return { inputs, y: quant.forward(layer.useNudge ? kernels.nudge(x, roleOf(params, "nudge", layer.name)) : x) };
    },
    backward: (kept, dy) => ({ inputs: [quant.gradient(dy, first(kept.inputs))], params: {} }),
  };
}
