/** The samples of a run: rows of a data set that fit its model. */

import { type AttackSettings, batchOf, type Dataset, type DatasetRecord } from "../data/index.js";
import type { Samples } from "./evaluate.js";
import { targetOf } from "./generator.js";

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
