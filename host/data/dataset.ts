/** Labelled samples in memory, kept as stored: one byte a value for pictures, float32 otherwise. */

import { type Batch, McuEvalError, sizeOf, zeros } from "../core/index.js";
import { sha256Of } from "./hash.js";

/** Stored values; a Uint8Array's 0 … 255 stands for 0 … 1. */
export type Values = Uint8Array | Float32Array;

export interface Dataset {
  /** e.g. "cifar10", or the path of a folder. */
  readonly id: string;
  /** "train", "test", or "all" where the source knows no splits. */
  readonly split: string;
  /** Shape of one sample, e.g. [32, 32, 3]. */
  readonly shape: readonly number[];
  /** Number of samples. */
  readonly count: number;
  /** Where the first sample stands in its split: sample numbers of the whole are `offset + row`. */
  readonly offset: number;
  /** Row-major, count x size of `shape`. */
  readonly values: Values;
  readonly labels: Int32Array;
  /** Name of each label; empty where the source names none. */
  readonly classNames: readonly string[];
  /** Of the stored values of these rows, then of their labels as int32, all little-endian. */
  readonly sha256: string;
}

export interface RowRange {
  /** First row to take; default 0. */
  readonly offset?: number | undefined;
  /** Number of rows to take; default all that follow. */
  readonly limit?: number | undefined;
}

function bytesOf(view: Uint8Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Puts a dataset together from its whole source, takes the wanted rows (as views) and hashes them. */
export function datasetOf(source: Omit<Dataset, "sha256" | "offset" | "count">, range: RowRange = {}): Dataset {
  const total = source.labels.length;
  const size = sizeOf(source.shape);
  if (source.values.length !== total * size) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${source.id} has ${source.values.length} values, expected ${total * size} for ${total} labels and samples of shape [${source.shape.join(", ")}]`,
    );
  }
  const { begin, end } = rowsWithin(total, range, source.id);
  const values = source.values.subarray(begin * size, end * size);
  const labels = source.labels.subarray(begin, end);
  const sha256 = sha256Of(bytesOf(values), bytesOf(labels));
  return { ...source, values, labels, offset: begin, count: end - begin, sha256 };
}

/** The rows a range names out of `total`. @throws McuEvalError DATA_MISMATCH when it reaches beyond */
export function rowsWithin(total: number, range: RowRange, what: string): { begin: number; end: number } {
  const begin = range.offset ?? 0;
  const end = begin + (range.limit ?? Math.max(0, total - begin));
  const whole = Number.isInteger(begin) && Number.isInteger(end) && begin >= 0;
  if (!whole || end <= begin || end > total) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${what} has ${total} samples, samples ${begin} to ${end - 1} were asked for`,
      { hint: `Ask for at least one sample and at most ${total}.` },
    );
  }
  return { begin, end };
}

/**
 * The samples at `rows` (counted within the dataset, not the split), as floats.
 * Bytes become Math.fround(byte / 255); float32 values are copied.
 *
 * @returns [rows.length, ...shape]
 */
export function batchAt(dataset: Dataset, rows: ArrayLike<number>): Batch {
  const size = sizeOf(dataset.shape);
  const batch = zeros([rows.length, ...dataset.shape]);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * size;
    const source = dataset.values.subarray(from, from + size);
    if (source instanceof Float32Array) batch.data.set(source, i * size);
    else for (let k = 0; k < size; k++) batch.data[i * size + k] = (source[k] as number) / 255;
  }
  return batch;
}

/** Rows `begin` (inclusive) to `end` (exclusive) as floats; see `batchAt`. */
export function batchOf(dataset: Dataset, begin = 0, end = dataset.count): Batch {
  return batchAt(
    dataset,
    Array.from({ length: end - begin }, (_, i) => begin + i),
  );
}

/** Throws LABEL_RANGE unless every label is one of `classes`. */
export function assertLabels(dataset: Dataset, classes: number): void {
  const row = dataset.labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0) {
    throw new McuEvalError(
      "LABEL_RANGE",
      `${dataset.id}: sample ${dataset.offset + row} has label ${dataset.labels[row]}, expected 0 to ${classes - 1}`,
      { hint: "Check that the labels belong to this model's classes and count from 0." },
    );
  }
}

/** Throws DATA_MISMATCH unless every value lies in the model's input range; bytes stand for 0 … 1. */
export function assertRange(dataset: Dataset, bounds: readonly [number, number]): void {
  const [low, high] = bounds;
  const { values } = dataset;
  const unit = values instanceof Uint8Array ? 255 : 1;
  const at = values.findIndex((value) => !(value / unit >= low && value / unit <= high));
  if (at < 0) return;
  const sample = dataset.offset + Math.floor(at / sizeOf(dataset.shape));
  throw new McuEvalError(
    "DATA_MISMATCH",
    `${dataset.id}: sample ${sample} holds ${(values[at] as number) / unit}, the model takes values from ${low} to ${high}`,
    { hint: "Scale the values first; uint8 files count as 0 to 1." },
  );
}
