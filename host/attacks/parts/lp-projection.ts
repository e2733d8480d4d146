/** Projections onto the lp-ball around a clean sample, for one row. */

import type { Norm } from "../../core/index.js";

/** Moves `point`, in place, to the point nearest in Euclid's sense at most `radius` from `clean`. */
export type Projection = (point: Float32Array, clean: Float32Array, radius: number) => void;

/** The projection in a norm. @param size elements of a row; the scratch of l1 and l0 */
export function projectionIn(norm: Norm, size: number): Projection {
  switch (norm) {
    case "linf":
      return clampToCube;
    case "l2":
      return shrinkToSphere;
    case "l1": {
      const sizes = new Float64Array(size);
      return (point, clean, radius) => shrinkBy(thresholdOfL1(sizes, point, clean, radius), point, clean);
    }
    case "l0": {
      const sizes = new Float64Array(size);
      return (point, clean, radius) => keepLargest(sizes, point, clean, radius);
    }
  }
}

function clampToCube(point: Float32Array, clean: Float32Array, radius: number): void {
  for (let i = 0; i < point.length; i++) {
    const origin = clean[i] as number;
    point[i] = Math.min(origin + radius, Math.max(origin - radius, point[i] as number));
  }
}

function shrinkToSphere(point: Float32Array, clean: Float32Array, radius: number): void {
  let square = 0;
  for (let i = 0; i < point.length; i++) square += ((point[i] as number) - (clean[i] as number)) ** 2;
  const factor = radius / Math.sqrt(square);
  if (!(factor < 1)) return;
  for (let i = 0; i < point.length; i++) {
    const origin = clean[i] as number;
    point[i] = origin + factor * ((point[i] as number) - origin);
  }
}

/**
 * The t at which sum(max(0, |difference| - t)) is the radius, or 0 inside the ball: Michelot's algorithm
 * (1986, "A finite algorithm for finding the projection of a point onto the canonical simplex"). Each round
 * drops what is below the mean excess; a few rounds, instead of sorting.
 *
 * @param sizes scratch, one value an element
 */
function thresholdOfL1(sizes: Float64Array, point: Float32Array, clean: Float32Array, radius: number): number {
  let left = point.length;
  let sum = 0;
  for (let i = 0; i < left; i++) {
    const size = Math.abs((point[i] as number) - (clean[i] as number));
    sizes[i] = size;
    sum += size;
  }
  if (sum <= radius) return 0;
  for (;;) {
    const threshold = (sum - radius) / left;
    let kept = 0;
    sum = 0;
    for (let i = 0; i < left; i++) {
      const size = sizes[i] as number;
      if (size <= threshold) continue;
      sizes[kept++] = size;
      sum += size;
    }
    if (kept === left || kept === 0) return threshold;
    left = kept;
  }
}

function shrinkBy(threshold: number, point: Float32Array, clean: Float32Array): void {
  if (threshold === 0) return;
  for (let i = 0; i < point.length; i++) {
    const origin = clean[i] as number;
    const difference = (point[i] as number) - origin;
    point[i] = origin + Math.sign(difference) * Math.max(0, Math.abs(difference) - threshold);
  }
}

/** Keeps the `radius` largest differences, of equal ones the first, and undoes the others. */
function keepLargest(sizes: Float64Array, point: Float32Array, clean: Float32Array, radius: number): void {
  let changed = 0;
  for (let i = 0; i < point.length; i++) {
    const size = Math.abs((point[i] as number) - (clean[i] as number));
    if (size > 0) sizes[changed++] = size;
  }
  const wanted = Math.max(0, Math.floor(radius));
  if (changed <= wanted) return;
  const least = wanted === 0 ? Number.POSITIVE_INFINITY : nthLargest(sizes, changed, wanted);
  let above = 0;
  for (let i = 0; i < point.length; i++) above += Number(Math.abs((point[i] as number) - (clean[i] as number)) > least);
  let ties = wanted - above;
  for (let i = 0; i < point.length; i++) {
    const size = Math.abs((point[i] as number) - (clean[i] as number));
    if (size > least) continue;
    if (size === least && ties-- > 0) continue;
    point[i] = clean[i] as number;
  }
}

/** The n-th largest of the first `count` values, by Hoare's selection with the middle as pivot; reorders them. */
function nthLargest(values: Float64Array, count: number, n: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) > pivot) i++;
      while ((values[j] as number) < pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (n - 1 <= j) high = j;
    else if (n - 1 >= i) low = i;
    else break;
  }
  return values[n - 1] as number;
}
