/** Lengths of one row in each norm. */

import type { Norm } from "../../core/index.js";

/** The norm of `vector`; of l0 the number of elements that are not 0. */
export function lengthOf(vector: Float32Array, norm: Norm): number {
  let total = 0;
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i] as number);
    total += norm === "l2" ? size * size : norm === "l1" ? size : Number(size > 0);
    largest = Math.max(largest, size);
  }
  return norm === "l2" ? Math.sqrt(total) : norm === "linf" ? largest : total;
}

/** The norm of `a - b`, two points of equal size. */
export function distanceBetween(a: Float32Array, b: Float32Array, norm: Norm): number {
  let total = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs((a[i] as number) - (b[i] as number));
    total += norm === "l2" ? size * size : norm === "l1" ? size : Number(size > 0);
    largest = Math.max(largest, size);
  }
  return norm === "l2" ? Math.sqrt(total) : norm === "linf" ? largest : total;
}

/** How far the bounds' farthest corner is from `point`. */
export function distanceToCorner(point: Float32Array, bounds: readonly [number, number], norm: Norm): number {
  const corner = point.map((value) => (value - bounds[0] > bounds[1] - value ? bounds[0] : bounds[1]));
  return distanceBetween(corner, point, norm);
}
