/** The linf ball within the bounds, as one interval an element. */

import { fromGrid, type Grid, STEP_TOLERANCE, toGrid } from "../../core/index.js";
import { limitsOf } from "./domain.js";
import { neighbour } from "./float32.js";

/** The upper end of element i at 2i and its lower end at 2i + 1: a gradient's sign bit picks one. */
export type Box = Float32Array;

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
  const box = new Float32Array(2 * clean.length);
  for (let i = 0; i < clean.length; i++) {
    const x = clean[i] as number;
    // Rounded inwards: to nearest, the float32 end may lie beyond eps.
    let high = Math.fround(x + eps);
    if (high - x > eps) high = neighbour(high, -1);
    let low = Math.fround(x - eps);
    if (x - low > eps) low = neighbour(low, 1);
    box[2 * i] = Math.min(high, bounds[1]);
    box[2 * i + 1] = Math.max(low, bounds[0]);
  }
  return box;
}

function gridBox(clean: Float32Array, eps: number, bounds: readonly [number, number], grid: Grid): Box {
  const scale = Math.fround(grid.scale);
  const lowest = (value: number): number => Math.ceil(value / scale - STEP_TOLERANCE) + grid.zeroPoint;
  const highest = (value: number): number => Math.floor(value / scale + STEP_TOLERANCE) + grid.zeroPoint;
  const [min, max] = limitsOf(grid, bounds);
  const lows = toGrid(clean, grid);
  const highs = lows.slice();
  for (let i = 0; i < clean.length; i++) {
    const low = Math.max(min, lowest((clean[i] as number) - eps));
    const high = Math.min(max, highest((clean[i] as number) + eps));
    // A clean value off the grid may have no grid point within eps: then its nearest one is both ends.
    if (low <= high) {
      lows[i] = low;
      highs[i] = high;
    }
  }
  const box = new Float32Array(2 * clean.length);
  const [lowValues, highValues] = [fromGrid(lows, grid), fromGrid(highs, grid)];
  for (let i = 0; i < clean.length; i++) {
    box[2 * i] = highValues[i] as number;
    box[2 * i + 1] = lowValues[i] as number;
  }
  return box;
}

/** Moves values into their intervals, in place. */
export function clampTo(x: Float32Array, box: Box): void {
  for (let i = 0; i < x.length; i++) {
    x[i] = Math.min(box[2 * i] as number, Math.max(box[2 * i + 1] as number, x[i] as number));
  }
}

/**
 * Moves values up their gradient's sign, up to the end of their interval, in place.
 *
 * Without branches on signs and ends: both are as good as random, and a mispredicted branch costs more
 * than all the arithmetic here.
 *
 * @param x inside the box, so that only the end ahead can be passed
 */
export function stepInBox(x: Float32Array, gradient: Float32Array, length: number, box: Box): void {
  const bits = new Int32Array(gradient.buffer, gradient.byteOffset, gradient.length);
  for (let i = 0; i < x.length; i++) {
    const pattern = bits[i] as number;
    const magnitude = pattern & 0x7fffffff;
    if (magnitude === 0 || magnitude > 0x7f800000) continue; // zero or NaN
    const isDown = pattern >>> 31;
    const sign = 1 - 2 * isDown;
    const moved = (x[i] as number) + sign * length;
    const end = box[2 * i + isDown] as number;
    const isBeyond = Number((moved - end) * sign > 0);
    x[i] = isBeyond * end + (1 - isBeyond) * moved;
  }
}

/** Moves values to their nearest grid points, in place. */
export function snap(x: Float32Array, grid: Grid): void {
  x.set(fromGrid(toGrid(x, grid), grid));
}
