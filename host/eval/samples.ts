/** The samples of a run: rows of a data set that fit its model. */

import { type AttackSettings, batchOf, type Dataset, type DatasetRecord } from "../data/index.js";
import type { Samples } from "./evaluate.js";
import { targetOf } from "./targets.js";

export interface SamplesOptions {
  /** By step; their targets are worked out here. */
  readonly attacks: readonly AttackSettings[];
  readonly classes: number;
  readonly seed: number;
  /** Of the clean samples, by row; needed where targets are chosen by them. */
  readonly logits?: readonly ArrayLike<number>[] | undefined;
}

export function samplesOf(dataset: Dataset, { attacks, classes, seed, logits }: SamplesOptions): Samples {
  return {
    count: dataset.count,
    clean: (begin, end) => batchOf(dataset, begin, end),
    subject(row, step) {
      const label = dataset.labels[row] as number;
      const target = step === null ? undefined : attacks[step]?.target;
      const sample = dataset.offset + row;
      if (target === undefined) return { sample, label };
      return { sample, label, target: targetOf(target, { sample, label, logits: logits?.[row] }, classes, seed) };
    },
  };
}

/** The data set as the manifest names it. */
export function datasetRecord({ id, split, offset, count, shape, classNames, sha256 }: Dataset): DatasetRecord {
  return { id, split, offset, n: count, shape, class_names: classNames, sha256 };
}
