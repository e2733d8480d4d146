/** One entry to every kind of data: what `--data` takes. */

import { stat } from "node:fs/promises";
import { McuEvalError } from "../core/index.js";
import { type Cifar10Split, loadCifar10 } from "./cifar10.js";
import { assertLabels, assertRange, type Dataset, type RowRange } from "./dataset.js";
import { loadArrays } from "./dataset-arrays.js";
import { loadFolder } from "./dataset-folder.js";

export interface LoadOptions extends RowRange {
  /** Shape of one sample that the model takes. */
  readonly shape?: readonly number[] | undefined;
  /** Number of the model's classes: labels beyond are refused. */
  readonly classes?: number | undefined;
  /** Names of the model's classes: they give sub-folders their labels. */
  readonly classNames?: readonly string[] | undefined;
  /** The model's valid input range: float values beyond are refused. */
  readonly bounds?: readonly [number, number] | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

const CIFAR10 = /^cifar10(?::(.*))?$/;

/**
 * Loads data by its name or path.
 *
 * @param spec `cifar10`, `cifar10:train` or `cifar10:test` (the default); a folder of one sub-folder a
 * class; or two files `samples,labels`, both .npy or idx (plain or .gz)
 * @throws McuEvalError USAGE for a spec that is none of these; FILE_MISSING, FILE_INVALID; DATA_MISMATCH
 * and LABEL_RANGE when the data does not fit the model
 */
export async function loadDataset(spec: string, options: LoadOptions = {}): Promise<Dataset> {
  const dataset = await load(spec, options);
  const { shape, classes, bounds } = options;
  if (shape !== undefined && dataset.shape.join() !== shape.join()) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${spec} holds samples of shape [${dataset.shape.join(", ")}], the model takes [${shape.join(", ")}]`,
      { hint: "Scale or crop the samples to the model's input first, or choose another model." },
    );
  }
  if (classes !== undefined) assertLabels(dataset, classes);
  if (bounds !== undefined) assertRange(dataset, bounds);
  return dataset;
}

async function load(spec: string, options: LoadOptions): Promise<Dataset> {
  const cifar10 = CIFAR10.exec(spec);
  if (cifar10) return loadCifar10(splitOf(cifar10[1] ?? "test"), options);
  const isFolder = await stat(spec).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return loadFolder(spec, options);
  const [samples, labels, ...more] = spec.split(",");
  if (samples && labels && more.length === 0) return loadArrays(samples, labels, options);
  throw new McuEvalError("USAGE", `there is no data "${spec}"`, {
    hint: "Give cifar10:test, a folder of one sub-folder a class, or two files: samples.npy,labels.npy or images-idx,labels-idx.",
  });
}

function splitOf(name: string): Cifar10Split {
  if (name === "train" || name === "test") return name;
  throw new McuEvalError("USAGE", `cifar10 has no split "${name}", expected train or test`);
}
