/** Single values as a model receives them. */

import { type Grid, roundHalfAwayFromZero } from "../../core/index.js";
import { limitsOf } from "./grid-steps.js";

/**
 * Makes the function that moves a real value to the nearest that a model takes: a float32 inside the bounds
 * or, with a grid, one of its points inside them.
 */
export function placer(bounds: readonly [number, number], grid?: Grid): (value: number) => number {
  if (grid === undefined) {
    const [low, high] = bounds;
    return (value) => Math.fround(Math.min(high, Math.max(low, value)));
  }
  const scale = Math.fround(grid.scale);
  const [low, high] = limitsOf(grid, bounds);
  return (value) => {
    const steps = roundHalfAwayFromZero(Math.fround(Math.fround(value) / scale)) + grid.zeroPoint;
    return Math.fround((Math.min(high, Math.max(low, steps)) - grid.zeroPoint) * scale);
  };
}
