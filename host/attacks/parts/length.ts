/** Lengths of one row in each norm. */

import type { Norm } from "../../core/index.js";

/** The norm of `vector`; of l0 the number of elements that are not 0. */
export function lengthOf(vector: Float32Array, norm: Norm): number {
  let total = 0;
  switch (norm) {
    case "l0":
      for (let i = 0; i < vector.length; i++) total += Number(vector[i] !== 0);
      return total;
    case "l1":
      for (let i = 0; i < vector.length; i++) total += Math.abs(vector[i] as number);
      return total;
    case "l2":
      for (let i = 0; i < vector.length; i++) total += (vector[i] as number) * (vector[i] as number);
      return Math.sqrt(total);
    case "linf":
      for (let i = 0; i < vector.length; i++) total = Math.max(total, Math.abs(vector[i] as number));
      return total;
  }
}

/** The norm of `a - b`, two points of equal size. */
export function distanceBetween(a: Float32Array, b: Float32Array, norm: Norm): number {
  let total = 0;
  switch (norm) {
    case "l0":
      for (let i = 0; i < a.length; i++) total += Number(a[i] !== b[i]);
      return total;
    case "l1":
      for (let i = 0; i < a.length; i++) total += Math.abs((a[i] as number) - (b[i] as number));
      return total;
    case "l2":
      for (let i = 0; i < a.length; i++) {
        const difference = (a[i] as number) - (b[i] as number);
        total += difference * difference;
      }
      return Math.sqrt(total);
    case "linf":
      for (let i = 0; i < a.length; i++) total = Math.max(total, Math.abs((a[i] as number) - (b[i] as number)));
      return total;
  }
}

/** How far the bounds' farthest corner is from `point`. */
export function distanceToCorner(point: Float32Array, bounds: readonly [number, number], norm: Norm): number {
  const corner = point.map((value) => (value - bounds[0] > bounds[1] - value ? bounds[0] : bounds[1]));
  return distanceBetween(corner, point, norm);
}
