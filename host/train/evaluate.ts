/** Accuracy of a network on a data set. */

import { argmax } from "../core/index.js";
import { batchOf, type Dataset } from "../data/index.js";
import {
  compile,
  disposeParams,
  type Engine,
  forward,
  type Network,
  outputOf,
  scoped,
  uploadParams,
} from "../nn/index.js";

const BATCH = 500;

/** How many rows of [N, classes] have their largest value, the first of equals, at the label. */
export function countCorrect(logits: Float32Array, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    if (argmax(logits.subarray(i * classes, (i + 1) * classes)) === labels[i]) correct++;
  }
  return correct;
}

/** Samples of `dataset` that the network, in inference mode, labels right. */
export function countRight(engine: Engine, network: Network, dataset: Dataset): number {
  const program = compile(network.graph, engine);
  const params = uploadParams(network, engine);
  const at = program.indexOf(network.graph.logits);
  let correct = 0;
  try {
    for (let begin = 0; begin < dataset.count; begin += BATCH) {
      const end = Math.min(begin + BATCH, dataset.count);
      const { data, shape } = batchOf(dataset, begin, end);
      correct += scoped(engine, () => {
        const trace = forward(program, params, engine.tf.tensor(data, shape as number[], "float32"), at);
        const logits = outputOf(trace, at).dataSync() as Float32Array;
        return countCorrect(logits, dataset.labels.subarray(begin, end));
      });
    }
  } finally {
    disposeParams(params);
  }
  return correct;
}
