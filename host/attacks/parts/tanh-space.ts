/**
 * Points inside the bounds as the tanh of a free variable.
 *
 * Source: Carlini & Wagner 2017, arXiv:1608.04644, section V-B: x' = low + (tanh(w) + 1) * (high - low) / 2.
 * Here the variable is d = w - w0, where w0 stands for the clean value, and x' is built by tanh's addition
 * theorem: no difference of nearly equal numbers near the bounds, and d = 0 is the clean value exactly.
 */

import { number, type Param } from "../params.js";

/** How tanh(w0) stands to the clean value, as a parameter of both attacks. */
export const tanhSmoother: Param & { kind: "number" } = number(0.9, 0.1, 0.999999, {
  help: "share of a value's place between the bounds that its tanh variable starts from",
  source: "this project; the authors' code has 0.999999",
  reason:
    "from there black and white pixels need hundreds of steps to move; a value at one bound ends 5 % short of the other",
});

/** Beyond it the short fraction for tanh is off by more than 2e-11. */
const SMALL = 0.5;

/** tanh, by its continued fraction where that is as good: a third of the time of Math.tanh. */
function tanh(x: number): number {
  if (x > SMALL || x < -SMALL) return Math.tanh(x);
  const square = x * x;
  return (x * (945 + square * (105 + square))) / (945 + square * (420 + 15 * square));
}

/**
 * @param clean one row, in `bounds` @param moved the row's d @param smoother the share of tanhSmoother
 * @param point overwritten with x', in `bounds` @param slope overwritten with dx'/dd
 */
export function fromTanhSpace(
  clean: Float32Array,
  moved: Float32Array,
  bounds: readonly [number, number],
  smoother: number,
  point: Float32Array,
  slope: Float32Array,
): void {
  const [low, high] = bounds;
  const half = (high - low) / 2;
  const middle = low + half;
  for (let i = 0; i < clean.length; i++) {
    const value = clean[i] as number;
    const origin = (smoother * (value - middle)) / half;
    const turn = tanh(moved[i] as number);
    const shrink = 1 / (1 + origin * turn);
    const reach = half * (1 - origin * origin) * shrink;
    point[i] = Math.min(high, Math.max(low, value + reach * turn));
    slope[i] = reach * shrink * (1 - turn * turn);
  }
}
