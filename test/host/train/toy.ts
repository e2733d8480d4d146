/** A data set that a small net learns in seconds: the class is the brightest of five places. */

import { openStream } from "../../../host/core/index.js";
import { type Dataset, datasetOf } from "../../../host/data/index.js";
import type { Recipe } from "../../../host/train/index.js";

export function toyDataset(count: number, split = "train"): Dataset {
  const values = new Uint8Array(count * 12 * 12 * 3);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 5);
  const rng = openStream(3, split);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        const bright = Math.floor(y / 2.4) === labels[i];
        for (let c = 0; c < 3; c++) values[((i * 12 + y) * 12 + x) * 3 + c] = rng.int(80) + (bright ? 170 : 0);
      }
    }
  }
  return datasetOf({ id: "toy", split, shape: [12, 12, 3], values, labels, classNames: [] });
}

export const toyRecipe: Recipe = {
  id: "toy",
  seed: 5,
  threads: 1,
  epochs: 4,
  batchSize: 16,
  learningRate: { peak: 0.05, warmup: 0.25, start: 0.1, end: 0.01 },
  momentum: 0.9,
  weightDecay: 1e-4,
  labelSmoothing: 0.1,
  augment: { maxShift: 1, flip: true },
};

export { smallResidual as toyGraph } from "../nn/graphs.js";
