/** Walking back from a fooling point to the decision boundary. */

import { stepOf } from "./domain.js";
import { distanceBetween } from "./length.js";
import type { Ask, Walker } from "./walk.js";

/** Two points on either side of the boundary. */
export interface Bracket {
  /** The nearer end: not fooling, or the origin. */
  readonly clean: Float32Array;
  /** The further end, which the oracle took as fooling. */
  readonly fooling: Float32Array;
}

/** Asks one point. */
export function* isFoolingAt(point: Float32Array): Generator<Ask, boolean, void> {
  let answer = false;
  yield {
    count: 1,
    write: (_k, out) => out.set(point),
    told: (_k, isFooling) => {
      answer = isFooling;
    },
  };
  return answer;
}

/**
 * Halves the way between the origin and a fooling point until its ends are `tolerance` apart: along
 * the segment, or for linf along the clip of the point to shrinking boxes around the origin, as in
 * Chen et al. 2020, arXiv:1904.02144, algorithm 1 and section IV-A.
 *
 * On a grid, halves that land on a point already asked cost nothing, and the ends are neighbours: no
 * grid point of the way lies between them, or `tolerance` was reached before.
 *
 * @param fooling settled, and known to fool; overwritten with the nearest fooling point of the way
 * @param tolerance in units of the input, in the walker's norm; above 0
 */
export function* bisect(walker: Walker, fooling: Float32Array, tolerance: number): Generator<Ask, Bracket, void> {
  const { origin, norm } = walker;
  const far = fooling.slice();
  const clean = origin.slice();
  const middle = new Float32Array(origin.length);
  const length = distanceBetween(far, origin, norm);
  const isBox = norm === "linf";
  const step = stepOf(walker.grid);
  // The position on the way: a share of the segment, or the half side of the box.
  let low = 0;
  let high = isBox ? length : 1;
  let end = isBox || length === 0 ? tolerance : tolerance / length;
  // No box lies between two that are a step apart; on a segment, elements turn one by one.
  if (isBox) end = Math.max(end, step * 1.001);
  else end = Math.max(end, 2 ** -24);
  while (high - low > end) {
    const position = isBox && step > 0 ? wholeSteps(low, high, step) : (low + high) / 2;
    if (isBox) clipTo(origin, far, position, middle);
    else blend(origin, far, position, middle);
    walker.settle(middle);
    if (step > 0 && isEqual(middle, fooling)) high = position;
    else if (step > 0 && isEqual(middle, clean)) low = position;
    else if (yield* isFoolingAt(middle)) {
      high = position;
      fooling.set(middle);
    } else {
      low = position;
      clean.set(middle);
    }
  }
  return { clean, fooling };
}

/** The middle of an interval of boxes, in whole steps. */
function wholeSteps(low: number, high: number, step: number): number {
  return step * Math.floor((low + high) / 2 / step + 0.001);
}

/** origin + share * (far - origin) */
export function blend(origin: Float32Array, far: Float32Array, share: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const from = origin[i] as number;
    out[i] = from + share * ((far[i] as number) - from);
  }
}

function clipTo(origin: Float32Array, far: Float32Array, radius: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const from = origin[i] as number;
    out[i] = Math.min(from + radius, Math.max(from - radius, far[i] as number));
  }
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Queries a bisection asks at most. @param length of the way, in the units of `tolerance` */
export function bisectionQueries(length: number, tolerance: number): number {
  return Math.max(0, Math.ceil(Math.log2(length / tolerance)));
}
