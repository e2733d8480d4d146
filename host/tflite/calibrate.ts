/** Activation ranges of a float network over calibration images. */

import { type Batch, McuEvalError } from "../core/index.js";
import type { Ranges } from "./lower.js";

/** Every layer's output for a batch, by layer name. */
export type Activations = (x: Batch) => Promise<ReadonlyMap<string, Batch>>;

/**
 * Smallest and largest value of every layer's output over all images, as TFLite's converter calibrates.
 *
 * @param activations the float network
 * @param images batches [N, ...inputShape] of training images; never of the images the model is judged on
 * @throws McuEvalError NOT_FINITE for an activation that is not a number, DATA_MISMATCH without images
 */
export async function calibrate(
  activations: Activations,
  images: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<Ranges> {
  const ranges = new Map<string, { min: number; max: number }>();
  for await (const batch of images) {
    for (const [layer, { data }] of await activations(batch)) {
      const range = ranges.get(layer) ?? { min: Infinity, max: -Infinity };
      for (const value of data) {
        if (!Number.isFinite(value)) {
          throw new McuEvalError("NOT_FINITE", `layer "${layer}" gives ${value} for a calibration image`);
        }
        if (value < range.min) range.min = value;
        if (value > range.max) range.max = value;
      }
      ranges.set(layer, range);
    }
  }
  if (ranges.size === 0)
    throw new McuEvalError("DATA_MISMATCH", "there are no calibration images, expected some hundred");
  return ranges;
}
