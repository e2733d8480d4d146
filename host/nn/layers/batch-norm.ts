/** Batch normalisation over all axes but the channels (Ioffe & Szegedy 2015, arXiv 1502.03167). */

import type { Layer } from "../graph.js";
import type { Kernels, NormalizedBatch } from "../kernels.js";
import { first, type Kept, type LayerOp, type RoleTensors, roleOf } from "./layer-op.js";

export function batchNormOp(layer: Extract<Layer, { kind: "batchNorm" }>, kernels: Kernels): LayerOp {
  const norm = kernels.batchNorm(layer.epsilon);
  const role = (params: RoleTensors, name: string) => roleOf(params, name, layer.name);
  return {
    forward(inputs, params, training) {
      const x = first(inputs);
      const gamma = role(params, "gamma");
      const beta = role(params, "beta");
      if (training) {
        const batch = norm.train(x, gamma, beta);
        return { inputs, y: batch.y, extra: batch };
      }
      return { inputs, y: norm.infer(x, gamma, beta, role(params, "moving_mean"), role(params, "moving_variance")) };
    },
    backward(kept, dy, params) {
      const x = first(kept.inputs);
      const gamma = role(params, "gamma");
      const batch = batchStatistics(kept);
      if (!batch) {
        const mean = role(params, "moving_mean");
        return { inputs: [norm.inferGradient(dy, x, gamma, mean, role(params, "moving_variance"))], params: {} };
      }
      const [dx, dGamma, dBeta] = norm.trainGradient(dy, x, gamma, batch);
      return { inputs: [dx], params: { gamma: dGamma, beta: dBeta } };
    },
  };
}

/** The statistics of the batch, where the layer ran in training mode. */
export function batchStatistics(kept: Kept): NormalizedBatch | undefined {
  return kept.extra as NormalizedBatch | undefined;
}
