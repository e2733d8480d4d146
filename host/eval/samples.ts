/** The samples of a run: rows of a data set that fit its model. */

import { McuEvalError } from "../core/index.js";
import type { AttackSettings } from "../data/index.js";
import { assertLabels, batchOf, type Dataset, type DatasetRecord } from "../data/index.js";
import type { Samples } from "./evaluate.js";
import { targetOf } from "./generator.js";
import type { RunModel } from "./model.js";

/**
 * Checks that a data set fits a model.
 *
 * @throws McuEvalError DATA_MISMATCH, LABEL_RANGE
 */
export function assertFits(dataset: Dataset, { record }: RunModel): void {
  const shape = (extents: readonly number[]): string => `[${extents.join(", ")}]`;
  if (shape(dataset.shape) !== shape(record.input.shape)) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `samples of ${dataset.id} have shape ${shape(dataset.shape)}, model ${record.id} takes ${shape(record.input.shape)}`,
      { hint: "Choose the data set that the model was trained for, or scale the images first." },
    );
  }
  assertLabels(dataset, record.classes);
  const [low, high] = record.input.bounds;
  const isOutside = (value: number): boolean => !(value >= low && value <= high);
  const outside = dataset.values instanceof Float32Array ? dataset.values.findIndex(isOutside) : -1;
  if (outside >= 0) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${dataset.id}: value ${outside} is ${dataset.values[outside]}, model ${record.id} takes ${low} to ${high}`,
    );
  }
}

/** @param attacks settings by step; their targets are worked out here */
export function samplesOf(dataset: Dataset, attacks: readonly AttackSettings[], classes: number): Samples {
  return {
    clean: (begin, end) => batchOf(dataset, begin, end),
    subject(row, step) {
      const label = dataset.labels[row] as number;
      const target = step === null ? undefined : attacks[step]?.target;
      const sample = dataset.offset + row;
      return target === undefined ? { sample, label } : { sample, label, target: targetOf(target, label, classes) };
    },
  };
}

/** The data set as the manifest names it. */
export function datasetRecord({ id, split, offset, count, shape, classNames, sha256 }: Dataset): DatasetRecord {
  return { id, split, offset, n: count, shape, class_names: classNames, sha256 };
}
