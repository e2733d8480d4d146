/** The points an oracle can be asked: within its bounds and, where it has one, on its input grid. */

import { type Grid, type ModelShape, rangeOf, roundHalfAwayFromZero, STEP_TOLERANCE } from "../../core/index.js";

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
  const [min, max] = rangeOf(grid.type);
  const first = Math.max(min - grid.zeroPoint, Math.ceil(low / scale - STEP_TOLERANCE));
  const last = Math.min(max - grid.zeroPoint, Math.floor(high / scale + STEP_TOLERANCE));
  return { low: Math.fround(first * scale), high: Math.fround(last * scale), grid };
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

/** The side of the smallest change an oracle can see: one grid step, or 0 for a float oracle. */
export function stepOf(grid: Grid | undefined): number {
  return grid === undefined ? 0 : Math.fround(grid.scale);
}
