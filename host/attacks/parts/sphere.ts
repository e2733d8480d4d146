/** The l2 ball within the bounds. */

import { fromGrid, type Grid, STEP_TOLERANCE, toGrid } from "../../core/index.js";

function distance(x: Float32Array, clean: Float32Array, from: number, size: number): number {
  let square = 0;
  for (let i = from; i < from + size; i++) square += ((x[i] as number) - (clean[i] as number)) ** 2;
  return Math.sqrt(square);
}

/**
 * Moves every row into the ball, in place. Clips to the bounds first and shrinks second: both only
 * shorten the perturbation, and shrinking towards a clean sample in the bounds stays in them.
 *
 * @param size elements of a row
 */
export function projectL2(
  x: Float32Array,
  clean: Float32Array,
  eps: number,
  bounds: readonly [number, number],
  size: number,
): void {
  const [min, max] = bounds;
  for (let i = 0; i < x.length; i++) x[i] = Math.min(max, Math.max(min, x[i] as number));
  for (let from = 0; from < x.length; from += size) {
    let norm = distance(x, clean, from, size);
    // Rounding to float32 may leave the norm a hair too large: then shrink by twice as much as before.
    for (let slack = 2 ** -24; norm > eps; slack *= 2) {
      const factor = Math.max(0, (eps / norm) * (1 - slack));
      for (let i = from; i < from + size; i++) {
        const origin = clean[i] as number;
        x[i] = origin + factor * ((x[i] as number) - origin);
      }
      norm = distance(x, clean, from, size);
    }
  }
}

/**
 * Moves every row to its nearest grid points, in place; a row that would leave the ball that way goes
 * towards the clean sample's grid points instead.
 *
 * @param size elements of a row
 */
export function snapL2(x: Float32Array, clean: Float32Array, eps: number, grid: Grid, size: number): void {
  const scale = Math.fround(grid.scale);
  const nearest = toGrid(x, grid);
  const origin = toGrid(clean, grid);
  const snapped = fromGrid(nearest, grid);
  for (let from = 0; from < x.length; from += size) {
    if (distance(snapped, clean, from, size) <= eps) continue;
    for (let i = from; i < from + size; i++) {
      const start = origin[i] as number;
      const steps = (x[i] as number) / scale + grid.zeroPoint - start;
      nearest[i] = start + Math.sign(steps) * Math.floor(Math.abs(steps) + STEP_TOLERANCE);
    }
  }
  x.set(fromGrid(nearest, grid));
}
