/** Activation ranges of a float network over calibration images. */

import { type Batch, McuEvalError, slice } from "../core/index.js";
import { foldBatchNorm, forwardAll, type Network } from "../nn/index.js";
import type { Ranges } from "./lower.js";

/** Images that go through the network together: all their activations stay in memory. */
const CHUNK = 100;

/**
 * Smallest and largest value of every layer's output over all images, as TFLite's converter calibrates.
 * BatchNorm layers are folded first.
 *
 * @param images [N, ...inputShape], in bounds: training images, never those the model is judged on
 * @throws McuEvalError NOT_FINITE for an activation that is no number, DATA_MISMATCH without images
 */
export async function calibrate(network: Network, images: Batch): Promise<Ranges> {
  const folded = foldBatchNorm(network);
  const count = images.shape[0] ?? 0;
  if (count === 0) throw new McuEvalError("DATA_MISMATCH", "there are no calibration images, expected some hundred");
  const ranges = new Map<string, { min: number; max: number }>();
  for (let begin = 0; begin < count; begin += CHUNK) {
    const outputs = await forwardAll(folded, slice(images, begin, Math.min(begin + CHUNK, count)));
    for (const [layer, { data }] of outputs) {
      const range = ranges.get(layer) ?? { min: Infinity, max: -Infinity };
      widen(range, data, layer);
      ranges.set(layer, range);
    }
  }
  return ranges;
}

function widen(range: { min: number; max: number }, values: Float32Array, layer: string): void {
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new McuEvalError("NOT_FINITE", `layer "${layer}" gives ${value} for a calibration image`);
    }
    if (value < range.min) range.min = value;
    if (value > range.max) range.max = value;
  }
}
