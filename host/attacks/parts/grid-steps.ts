/** Integer perturbations along a direction: a one-parameter family for each norm, smallest first. */

import type { Norm, QuantArray } from "../../core/index.js";

/** One row's direction, measured in grid steps. */
export interface GridDirection {
  /** The clean sample on the grid. */
  readonly origin: QuantArray;
  /** [size] real numbers of steps; what t = 1 stands for. */
  readonly steps: Float64Array;
  /** Elements that move, those that move furthest first. */
  readonly order: Uint32Array;
}

/** @param origin [size] @param steps [size] */
export function gridDirection(origin: QuantArray, steps: Float64Array): GridDirection {
  const moving = Uint32Array.from(steps.keys()).filter((i) => steps[i] !== 0);
  return { origin, steps, order: moving.sort((a, b) => lengthAt(steps, b) - lengthAt(steps, a) || a - b) };
}

const lengthAt = (steps: Float64Array, i: number): number => Math.abs(steps[i] as number);

/**
 * Writes the integer point at `t` along a direction. Its norm grows with t.
 *
 * l1, l2: every element moves round(t * steps), which for a linear model is the integer point of greatest
 * effect within its l2 norm. linf: every moving element moves floor(t) steps and the first of them one
 * more, in proportion to t's fraction. l0: up to t = 1 that share of the moving elements, the furthest
 * first, by their steps rounded up; beyond, all of them t times as far.
 *
 * @param out [size], overwritten @param limits from `limitsOf`
 */
export function pointAt(
  { origin, steps, order }: GridDirection,
  t: number,
  norm: Norm,
  limits: readonly [number, number],
  out: QuantArray,
): void {
  out.set(origin);
  const level = Math.floor(t);
  const shared = Math.ceil((norm === "linf" ? t - level : Math.min(1, t)) * order.length);
  for (let rank = 0; rank < order.length; rank++) {
    const i = order[rank] as number;
    const step = steps[i] as number;
    const first = Number(rank < shared);
    let moved: number;
    if (norm === "linf") moved = level + first;
    else if (norm === "l0") moved = first * Math.ceil(Math.abs(step) * Math.max(1, t));
    else moved = Math.round(Math.abs(step) * t);
    out[i] = Math.min(limits[1], Math.max(limits[0], (origin[i] as number) + Math.sign(step) * moved));
  }
}
