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
  const isLinf = norm === "linf";
  const flip = gap < 0 ? 1 : 0;
  const total = isLinf
    ? prepareLinf(point, normal, flip, bounds, slope, cap)
    : prepareL2(point, normal, flip, bounds, slope, cap);
  if (!(total > 0)) {
    move.fill(0);
    return 0;
  }
  const multiplier = solve(slope, cap, Math.abs(gap), total);
  return isLinf ? moveLinf(normal, flip, multiplier, cap, move) : moveL2(normal, flip, multiplier, cap, move);
}

/** Float32 values as their bits: a sign bit costs no branch, and a branch on random signs costs more than the rest. */
function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** Fills in slopes and caps. @param flip 1 to turn the normal round @returns the sum of the slopes */
function prepareLinf(
  point: Float32Array,
  normal: Float32Array,
  flip: number,
  [low, high]: readonly [number, number],
  slope: Float64Array,
  cap: Float64Array,
): number {
  const bits = bitsOf(normal);
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  let total = 0;
  for (let i = 0; i < point.length; i++) {
    const sign = 1 - 2 * (((bits[i] as number) >>> 31) ^ flip);
    const size = Math.abs(normal[i] as number);
    slope[i] = size;
    cap[i] = half + sign * ((point[i] as number) - middle);
    total += size;
  }
  return total;
}

function prepareL2(
  point: Float32Array,
  normal: Float32Array,
  flip: number,
  [low, high]: readonly [number, number],
  slope: Float64Array,
  cap: Float64Array,
): number {
  const bits = bitsOf(normal);
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  let total = 0;
  for (let i = 0; i < point.length; i++) {
    const sign = 1 - 2 * (((bits[i] as number) >>> 31) ^ flip);
    const size = Math.abs(normal[i] as number);
    slope[i] = size * size;
    // A weight of 0 has a slope of 0 and, for its products to be 0 too, a finite cap.
    cap[i] = (half + sign * ((point[i] as number) - middle)) / (size + SMALL);
    total += size * size;
  }
  return total;
}

/** Far below the smallest float32. */
const SMALL = 1e-200;

function moveLinf(
  normal: Float32Array,
  flip: number,
  multiplier: number,
  cap: Float64Array,
  move: Float64Array,
): number {
  const bits = bitsOf(normal);
  let longest = 0;
  for (let i = 0; i < move.length; i++) {
    const pattern = bits[i] as number;
    const sign = 1 - 2 * ((pattern >>> 31) ^ flip);
    const reach = (pattern & 0x7fffffff) === 0 ? 0 : Math.min(multiplier, cap[i] as number);
    move[i] = -sign * reach;
    longest = Math.max(longest, reach);
  }
  return longest;
}

function moveL2(normal: Float32Array, flip: number, multiplier: number, cap: Float64Array, move: Float64Array): number {
  const side = 1 - 2 * flip;
  let square = 0;
  for (let i = 0; i < move.length; i++) {
    const step = -side * (normal[i] as number) * Math.min(multiplier, cap[i] as number);
    move[i] = step;
    square += step * step;
  }
  return Math.sqrt(square);
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
      const limit = cap[i] as number;
      const rate = slope[i] as number;
      if (limit > multiplier) free += rate;
      else {
        closed += rate * limit;
        capped++;
      }
    }
    // Fewer only by rounding.
    if (capped <= atCap) return multiplier;
    atCap = capped;
  }
}
