/** Samples and labels in two files: `.npy` or idx. */

import { McuEvalError } from "../core/index.js";
import { type Dataset, datasetOf, type RowRange, type Values } from "./dataset.js";
import { readIdx } from "./dataset-idx.js";
import { type NpyArray, readNpy } from "./npy.js";

export interface ArraysOptions extends RowRange {
  readonly classNames?: readonly string[] | undefined;
  /** Shape of one sample; default the file's. Pictures without a channel axis get one. */
  readonly shape?: readonly number[] | undefined;
}

interface Array2 {
  readonly shape: readonly number[];
  readonly data: NpyArray;
}

/**
 * Loads a pair of files, e.g. x.npy and y.npy, or train-images-idx3-ubyte.gz and its labels.
 *
 * Samples are uint8 (0 … 255 stands for 0 … 1) or float32; labels are integers of any width.
 *
 * @throws McuEvalError FILE_MISSING, FILE_INVALID, DATA_MISMATCH
 */
export async function loadArrays(
  samplesPath: string,
  labelsPath: string,
  options: ArraysOptions = {},
): Promise<Dataset> {
  const samples = await readArray(samplesPath);
  const labels = await readArray(labelsPath);
  const [count, ...stored] = samples.shape;
  if (!(samples.data instanceof Uint8Array || samples.data instanceof Float32Array) || stored.length === 0) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${samplesPath} holds ${nameOf(samples)}, expected uint8 or float32 of shape [samples, ...]`,
    );
  }
  if (labels.data instanceof Float32Array || labels.data instanceof Float64Array || labels.shape.length !== 1) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${labelsPath} holds ${nameOf(labels)}, expected integers of shape [samples]`,
    );
  }
  if (labels.shape[0] !== count) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${samplesPath} holds ${count} samples, ${labelsPath} ${labels.shape[0]} labels`,
    );
  }
  return datasetOf(
    {
      id: samplesPath,
      split: "all",
      shape: shapeOf(stored, options.shape, samplesPath),
      values: finite(samples.data, samplesPath),
      labels: int32(labels.data, labelsPath),
      classNames: options.classNames ?? [],
    },
    options,
  );
}

/** Pictures of [height, width] are taken for [height, width, 1]. */
function shapeOf(stored: readonly number[], expected: readonly number[] | undefined, path: string): readonly number[] {
  const shape = stored.length === 2 ? [...stored, 1] : stored;
  for (const candidate of [shape, stored]) {
    if (expected === undefined || candidate.join() === expected.join()) return candidate;
  }
  throw new McuEvalError(
    "DATA_MISMATCH",
    `${path} holds samples of shape [${stored.join(", ")}], expected [${expected?.join(", ")}]`,
  );
}

function finite(values: Values, path: string): Values {
  const at = values instanceof Float32Array ? values.findIndex((value) => !Number.isFinite(value)) : -1;
  if (at >= 0) throw new McuEvalError("NOT_FINITE", `${path}: value ${at} is ${values[at]}, expected a finite number`);
  return values;
}

function int32(values: NpyArray, path: string): Int32Array {
  const labels = Int32Array.from(values as ArrayLike<number | bigint>, Number);
  const at = labels.findIndex((label, i) => label !== Number(values[i]));
  if (at >= 0) throw new McuEvalError("LABEL_RANGE", `${path}: label ${at} is ${values[at]}, expected a class number`);
  return labels;
}

async function readArray(path: string): Promise<Array2> {
  return path.endsWith(".npy") ? readNpy(path) : readIdx(path);
}

function nameOf({ data, shape }: Array2): string {
  const type = data.constructor.name.replace("Array", "").toLowerCase();
  return `${type} of shape [${shape.join(", ")}]`;
}
