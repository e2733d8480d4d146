/** A batch of float samples: the one tensor noun that rooms exchange. */

import { McuEvalError } from "./errors.js";

export interface Batch {
  /** Row-major values, length = product of `shape`. */
  readonly data: Float32Array;
  /** First axis is the sample: [N, H, W, C] for images, [N, K] for logits. */
  readonly shape: readonly number[];
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A zero-filled batch. */
export function zeros(shape: readonly number[]): Batch {
  return { data: new Float32Array(sizeOf(shape)), shape };
}

/** The number of samples, i.e. the first extent. */
export function countOf(batch: Batch): number {
  return batch.shape[0] ?? 0;
}

/** Elements of one sample. */
export function rowSize(batch: Batch): number {
  return sizeOf(batch.shape.slice(1));
}

/** Sample `i`'s values as a view: writing to it writes to the batch. */
export function row(batch: Batch, i: number): Float32Array {
  const size = rowSize(batch);
  return batch.data.subarray(i * size, (i + 1) * size);
}

/** Samples `begin` (inclusive) to `end` (exclusive) as a view. */
export function slice(batch: Batch, begin: number, end: number): Batch {
  const size = rowSize(batch);
  return { data: batch.data.subarray(begin * size, end * size), shape: [end - begin, ...batch.shape.slice(1)] };
}

/** A copy of the samples at `indices`, in that order. */
export function gather(batch: Batch, indices: ArrayLike<number>): Batch {
  const size = rowSize(batch);
  const out = zeros([indices.length, ...batch.shape.slice(1)]);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size;
    out.data.set(batch.data.subarray(from, from + size), i * size);
  }
  return out;
}

/** Writes row j of `from` to row `indices[j]` of `batch`. The inverse of `gather`. */
export function scatter(batch: Batch, indices: ArrayLike<number>, from: Batch): void {
  const size = rowSize(batch);
  for (let j = 0; j < indices.length; j++) {
    batch.data.set(from.data.subarray(j * size, (j + 1) * size), (indices[j] as number) * size);
  }
}

/** The index of the largest value, of equal ones the first, as numpy has it: the class that scores predict. */
export function argmax(scores: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if ((scores[k] as number) > (scores[best] as number)) best = k;
  return best;
}

/** Throws unless `batch` has the expected shape; null in `expected` matches any extent. */
export function assertShape(batch: Batch, expected: readonly (number | null)[], what: string): void {
  const fits =
    batch.shape.length === expected.length &&
    expected.every((extent, axis) => extent === null || extent === batch.shape[axis]);
  if (!fits || batch.data.length !== sizeOf(batch.shape)) {
    const wanted = expected.map((extent) => extent ?? "N").join(", ");
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${what} has shape [${batch.shape.join(", ")}] (${batch.data.length} values), expected [${wanted}]`,
    );
  }
}
