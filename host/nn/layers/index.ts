import type { Layer } from "../graph.js";
import type { Kernels } from "../kernels.js";
import { activationOp, softmaxOp } from "./activation.js";
import { batchNormOp } from "./batch-norm.js";
import { addOp, multiplyOp } from "./elementwise.js";
import { fakeQuantOp } from "./fake-quant.js";
import type { LayerOp } from "./layer-op.js";
import { convOp, denseOp } from "./linear.js";
import { concatOp, flattenOp, zeroPadOp } from "./moving.js";
import { poolOp } from "./pool.js";

export { batchStatistics } from "./batch-norm.js";
export type { Kept, LayerGradients, LayerOp, RoleTensors, Wanted } from "./layer-op.js";

/** The operations of a layer on an engine's kernels; null for the input, which computes nothing. */
export function layerOp(layer: Layer, kernels: Kernels): LayerOp | null {
  switch (layer.kind) {
    case "input":
      return null;
    case "conv2d":
    case "depthwiseConv2d":
      return convOp(layer, kernels);
    case "dense":
      return denseOp(layer, kernels);
    case "batchNorm":
      return batchNormOp(layer, kernels);
    case "activation":
      return activationOp(layer, kernels);
    case "add":
      return addOp(layer, kernels);
    case "multiply":
      return multiplyOp(layer, kernels);
    case "concat":
      return concatOp(kernels);
    case "zeroPad2d":
      return zeroPadOp(layer, kernels);
    case "averagePool2d":
    case "maxPool2d":
      return poolOp(layer, kernels);
    case "flatten":
      return flattenOp(kernels);
    case "softmax":
      return softmaxOp(kernels);
    case "fakeQuant":
      return fakeQuantOp(layer, kernels);
  }
}
