/** One training step: forward, loss, backward, update. */

import {
  backward,
  batchStatistics,
  disposeParams,
  type Engine,
  forward,
  outputOf,
  type Program,
  scoped,
  uploadParams,
} from "../nn/index.js";
import { type TrainingBatch, targetsOf } from "./batches.js";
import { countCorrect } from "./evaluate.js";
import type { Recipe } from "./recipe.js";
import { descend, follow, type Weights } from "./weights.js";

export interface StepResult {
  /** Sum of the samples' losses, without the penalty on weights. */
  readonly loss: number;
  readonly correct: number;
}

/** Trains on one batch: `weights` change in place. */
export function trainStep(
  engine: Engine,
  program: Program,
  weights: Weights,
  batch: TrainingBatch,
  rate: number,
  recipe: Recipe,
): StepResult {
  const { tf, kernels } = engine;
  const { graph } = program;
  const params = uploadParams({ graph, params: weights.params }, engine);
  try {
    return scoped(engine, () => {
      const count = batch.labels.length;
      const at = program.indexOf(graph.logits);
      const x = tf.tensor(batch.x, batch.shape as number[], "float32");
      const trace = forward(program, params, x, at, true);
      const logits = outputOf(trace, at);
      const classes = logits.shape[1] ?? 0;
      const targets = tf.tensor2d(targetsOf(batch.labels, classes, recipe.labelSmoothing), [count, classes]);
      const [losses, dSum] = kernels.softmaxCrossEntropy(logits, targets);
      const dMean = tf.mul(dSum, tf.scalar(1 / count));
      const wanted = { inputs: false, params: true };
      const gradients = backward(program, params, trace, at, dMean, wanted, kernels.add);
      graph.layers.forEach((layer, number) => {
        for (const [role, gradient] of Object.entries(gradients.params[number] ?? {})) {
          descend(weights, `${layer.name}/${role}`, gradient.dataSync() as Float32Array, rate, recipe);
        }
        const kept = trace[number];
        const statistics = kept && batchStatistics(kept);
        if (layer.kind === "batchNorm" && statistics) {
          const { mean, variance } = statistics;
          follow(weights, `${layer.name}/moving_mean`, mean.dataSync() as Float32Array, layer.momentum);
          follow(weights, `${layer.name}/moving_variance`, variance.dataSync() as Float32Array, layer.momentum);
        }
      });
      return {
        loss: (losses.dataSync() as Float32Array).reduce((sum, value) => sum + value, 0),
        correct: countCorrect(logits.dataSync() as Float32Array, batch.labels),
      };
    });
  } finally {
    disposeParams(params);
  }
}
