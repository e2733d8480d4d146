/**
 * Projection of a point onto a hyperplane within the bounds: FAB's step.
 *
 * Source: Croce & Hein 2020, arXiv:1907.02044, section 3.2 and equation 6. In both norms the answer moves
 * each element against its weight by min(m, room), for linf, or min(m * |w|, room), for l2, where m is the
 * one number at which the moves close the gap:
 *
 *     sum of slope_i * min(m, cap_i) = |gap|    linf: slope = |w|, cap = room;  l2: slope = w^2, cap = room / |w|
 *
 * Departs: the paper sorts the caps, O(d log d); here m comes from Newton's method at 0. The sum is concave
 * and piecewise linear in m, so Newton never passes the root, and reaches it exactly once it stands on the
 * root's piece: each pass is O(d), and each but the last finds at least one more element at its bound. A
 * point near a hyperplane needs two or three.
 */

import type { BallNorm } from "./ball.js";

/** Scratch for points of one size. */
export interface ProjectionScratch {
  readonly slope: Float64Array;
  readonly cap: Float64Array;
}

export function projectionScratch(size: number): ProjectionScratch {
  return { slope: new Float64Array(size), cap: new Float64Array(size) };
}

/**
 * The nearest point of the hyperplane inside the bounds; where there is none, the bounds' corner nearest
 * to the hyperplane.
 *
 * @param point inside the bounds
 * @param normal w, of any length; elements of weight 0 are not moved, and nothing is where all are 0 or one is NaN
 * @param gap w . point - b: how far above the hyperplane the point is, times |w|
 * @param move overwritten with the way from the point to its projection
 * @returns the norm of `move`
 */
export function projectOntoHyperplane(
  point: Float32Array,
  normal: Float32Array,
  gap: number,
  norm: BallNorm,
  bounds: readonly [number, number],
  move: Float64Array,
  { slope, cap }: ProjectionScratch,
): number {
  const middle = (bounds[0] + bounds[1]) / 2;
  const half = (bounds[1] - bounds[0]) / 2;
  const side = gap < 0 ? -1 : 1;
  const isLinf = norm === "linf";
  let total = 0;
  for (let i = 0; i < point.length; i++) {
    const weight = side * (normal[i] as number);
    const size = Math.abs(weight);
    const sign = weight < 0 ? -1 : 1;
    const room = Math.max(0, half + sign * ((point[i] as number) - middle));
    const rate = isLinf ? size : size * size;
    slope[i] = rate;
    cap[i] = isLinf ? room : room / Math.max(size, Number.MIN_VALUE);
    total += rate;
  }
  if (!(total > 0)) {
    move.fill(0);
    return 0;
  }
  const multiplier = solve(slope, cap, Math.abs(gap), total);
  let measure = 0;
  for (let i = 0; i < point.length; i++) {
    const weight = side * (normal[i] as number);
    const reach = Math.min(multiplier, cap[i] as number);
    const sign = weight > 0 ? -1 : weight < 0 ? 1 : 0;
    const step = isLinf ? sign * reach : weight === 0 ? 0 : -weight * reach;
    move[i] = step;
    measure = isLinf ? Math.max(measure, Math.abs(step)) : measure + step * step;
  }
  return isLinf ? measure : Math.sqrt(measure);
}

/** The m of the head comment; Infinity where all caps together do not close the gap. */
function solve(slope: Float64Array, cap: Float64Array, gap: number, total: number): number {
  let multiplier = 0;
  let free = total;
  let closed = 0;
  let atCap = -1;
  for (;;) {
    if (!(free > 0)) return Number.POSITIVE_INFINITY;
    multiplier = (gap - closed) / free;
    free = 0;
    closed = 0;
    let capped = 0;
    for (let i = 0; i < slope.length; i++) {
      if ((cap[i] as number) > multiplier) free += slope[i] as number;
      else {
        closed += (slope[i] as number) * (cap[i] as number);
        capped++;
      }
    }
    // Fewer only by rounding.
    if (capped <= atCap) return multiplier;
    atCap = capped;
  }
}
