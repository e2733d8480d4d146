/** The linf ball within the bounds, as one interval an element. */

import { fromGrid, type Grid, rangeOf, STEP_TOLERANCE, toGrid } from "../../core/index.js";
import { neighbour } from "./float32.js";

export interface Box {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/**
 * The intervals around clean values. With a grid their ends are grid points, so that rounding a value
 * inside to its nearest grid point stays inside.
 *
 * @param clean any number of values in `bounds`
 */
export function boxAround(clean: Float32Array, eps: number, bounds: readonly [number, number], grid?: Grid): Box {
  return grid ? gridBox(clean, eps, bounds, grid) : exactBox(clean, eps, bounds);
}

function exactBox(clean: Float32Array, eps: number, bounds: readonly [number, number]): Box {
  const low = new Float32Array(clean.length);
  const high = new Float32Array(clean.length);
  for (let i = 0; i < clean.length; i++) {
    const x = clean[i] as number;
    // Rounded inwards: to nearest, the float32 end may lie beyond eps.
    let a = Math.fround(x - eps);
    if (x - a > eps) a = neighbour(a, 1);
    let b = Math.fround(x + eps);
    if (b - x > eps) b = neighbour(b, -1);
    low[i] = Math.max(a, bounds[0]);
    high[i] = Math.min(b, bounds[1]);
  }
  return { low, high };
}

function gridBox(clean: Float32Array, eps: number, bounds: readonly [number, number], grid: Grid): Box {
  const scale = Math.fround(grid.scale);
  const lowest = (value: number): number => Math.ceil(value / scale - STEP_TOLERANCE) + grid.zeroPoint;
  const highest = (value: number): number => Math.floor(value / scale + STEP_TOLERANCE) + grid.zeroPoint;
  const [typeMin, typeMax] = rangeOf(grid.type);
  const min = Math.max(typeMin, lowest(bounds[0]));
  const max = Math.min(typeMax, highest(bounds[1]));
  const low = toGrid(clean, grid);
  const high = low.slice();
  for (let i = 0; i < clean.length; i++) {
    const a = Math.max(min, lowest((clean[i] as number) - eps));
    const b = Math.min(max, highest((clean[i] as number) + eps));
    // A clean value off the grid may have no grid point within eps: its nearest one stays, as low = high.
    if (a <= b) {
      low[i] = a;
      high[i] = b;
    }
  }
  return { low: fromGrid(low, grid), high: fromGrid(high, grid) };
}

/** Moves values into their intervals, in place. */
export function clampTo(x: Float32Array, box: Box): void {
  const { low, high } = box;
  for (let i = 0; i < x.length; i++) {
    x[i] = Math.min(high[i] as number, Math.max(low[i] as number, x[i] as number));
  }
}

/** Moves values to their nearest grid points, in place. */
export function snap(x: Float32Array, grid: Grid): void {
  x.set(fromGrid(toGrid(x, grid), grid));
}
