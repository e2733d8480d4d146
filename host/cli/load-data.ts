/** The data of a run, by its name or path. */

import { type Dataset, loadDataset, type RowRange } from "../data/index.js";
import type { RunModel } from "../eval/index.js";

/**
 * @param source `cifar10:test`, a folder of pictures, or two files; see `loadDataset`
 * @param model what the samples must fit; its class names give sub-folders their labels
 * @throws McuEvalError USAGE, and those of the loader
 */
export function loadData(
  source: string,
  range: RowRange,
  { record, labels }: RunModel,
  log: (line: string) => void,
): Promise<Dataset> {
  const { shape, bounds } = record.input;
  return loadDataset(source, { ...range, shape, bounds, classes: record.classes, classNames: labels, log });
}
