/** The batches of an epoch: a seeded order, augmented samples, smoothed targets. */

import { openStream, sizeOf } from "../core/index.js";
import { batchAt, type Dataset } from "../data/index.js";
import { placementOf, placePicture } from "./augment.js";
import type { Recipe } from "./recipe.js";

export interface TrainingBatch {
  /** [N, ...sample shape] */
  readonly x: Float32Array;
  readonly shape: readonly number[];
  readonly labels: Int32Array;
}

/** Whole batches in an epoch; the samples left over differ from epoch to epoch. */
export function batchesPerEpoch(recipe: Recipe, count: number): number {
  return Math.max(1, Math.floor(count / recipe.batchSize));
}

/** The order in which epoch number `epoch` visits the rows of a data set. */
export function orderOf(recipe: Recipe, epoch: number, count: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return openStream(recipe.seed, "order", epoch).shuffle(rows);
}

/** The samples at `rows`, augmented as in epoch number `epoch`. */
export function trainingBatch(dataset: Dataset, rows: Int32Array, recipe: Recipe, epoch: number): TrainingBatch {
  const shape = [rows.length, ...dataset.shape];
  const labels = Int32Array.from(rows, (row) => dataset.labels[row] as number);
  const { maxShift, flip } = recipe.augment;
  if (maxShift === 0 && !flip) return { x: batchAt(dataset, rows).data, shape, labels };
  const size = sizeOf(dataset.shape);
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    const picture = dataset.values.subarray(row * size, (row + 1) * size);
    const placement = placementOf(recipe, epoch, dataset.offset + row);
    placePicture(picture, dataset.shape, placement, x.subarray(i * size, (i + 1) * size));
  });
  return { x, shape, labels };
}

/**
 * Target distributions [N, classes] of labels.
 *
 * @param smoothing share spread evenly over all classes (Szegedy et al. 2016, arXiv 1512.00567, section 7)
 */
export function targetsOf(labels: Int32Array, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, i) => {
    targets[i * classes + label] = 1 - smoothing + smoothing / classes;
  });
  return targets;
}
