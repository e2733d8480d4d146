/** The points a model can be asked: within its bounds and, where it has a grid, on that. */

import { type Grid, type ModelShape, rangeOf, roundHalfAwayFromZero, STEP_TOLERANCE } from "../../core/index.js";

/** Lowest and highest integer that stands for a value inside the bounds. */
export function limitsOf(grid: Grid, bounds: readonly [number, number]): readonly [number, number] {
  const [min, max] = rangeOf(grid.type);
  const [low, high] = bounds.map((end) => end / Math.fround(grid.scale)) as [number, number];
  return [
    Math.max(min, Math.ceil(low - STEP_TOLERANCE) + grid.zeroPoint),
    Math.min(max, Math.floor(high + STEP_TOLERANCE) + grid.zeroPoint),
  ];
}

/**
 * The integer nearest to `q` in the limits. The clean sample's own nearest integer may lie half a step outside:
 * that one stands where nothing has moved.
 *
 * @param origin the clean sample's @param limits from `limitsOf`
 */
export function withinLimits(q: number, origin: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(high, origin), Math.max(Math.min(low, origin), q));
}

export interface Domain {
  readonly low: number;
  readonly high: number;
  readonly grid: Grid | undefined;
}

/** With a grid, the ends are the grid's outermost points within the bounds. */
export function domainOf({ bounds, grid }: Pick<ModelShape, "bounds"> & { readonly grid?: Grid }): Domain {
  const [low, high] = bounds;
  if (grid === undefined) return { low, high, grid };
  const scale = Math.fround(grid.scale);
  const [first, last] = limitsOf(grid, bounds);
  return {
    low: Math.fround((first - grid.zeroPoint) * scale),
    high: Math.fround((last - grid.zeroPoint) * scale),
    grid,
  };
}

/** Moves a point to the nearest one of the domain, in place. */
export function settle(point: Float32Array, { low, high, grid }: Domain): void {
  if (grid === undefined) {
    for (let i = 0; i < point.length; i++) {
      const value = point[i] as number;
      point[i] = value < low ? low : value > high ? high : value;
    }
    return;
  }
  // As core's snapToGrid, which would allocate twice a point.
  const scale = Math.fround(grid.scale);
  for (let i = 0; i < point.length; i++) {
    const inside = Math.min(high, Math.max(low, point[i] as number));
    point[i] = roundHalfAwayFromZero(Math.fround(inside / scale)) * scale;
  }
}

/** Makes the function that moves a single real value to the nearest of the domain, rounded to float32. */
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

/** The side of the smallest change an oracle can see: one grid step, or 0 for a float oracle. */
export function stepOf(grid: Grid | undefined): number {
  return grid === undefined ? 0 : Math.fround(grid.scale);
}
