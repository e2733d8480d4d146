/** Layers that summarise windows: averagePool2d, maxPool2d. */

import type { Layer } from "../graph.js";
import type { Kernels } from "../kernels.js";
import { first, type LayerOp } from "./layer-op.js";

type PoolLayer = Extract<Layer, { kind: "averagePool2d" | "maxPool2d" }>;

export function poolOp(layer: PoolLayer, kernels: Kernels): LayerOp {
  const window = { size: layer.poolSize, strides: layer.strides, padding: layer.padding };
  const pool = layer.kind === "averagePool2d" ? kernels.averagePool(window) : kernels.maxPool(window);
  return {
    forward: (inputs) => ({ inputs, y: pool.forward(first(inputs)) }),
    backward: (kept, dy) => ({ inputs: [pool.gradient(first(kept.inputs), kept.y, dy)], params: {} }),
  };
}
