/** The l2 ball within the bounds. */

import { fromGrid, type Grid, type QuantArray, toGrid } from "../../core/index.js";
import { limitsOf, withinLimits } from "./domain.js";

/** Balls of one radius around the rows of a batch. */
export interface Sphere {
  /** [N, size], in `bounds` */
  readonly centre: Float32Array;
  readonly eps: number;
  readonly bounds: readonly [number, number];
  /** Elements of a row. */
  readonly size: number;
}

/** Moves every row into the ball, in place. */
export function projectL2(x: Float32Array, sphere: Sphere): void {
  for (let from = 0; from < x.length; from += sphere.size) moveRow(x, x, 0, from, sphere);
}

/** Moves every row by `length` along its gradient, then into the ball, in place. */
export function stepInL2(x: Float32Array, gradient: Float32Array, length: number, sphere: Sphere): void {
  for (let from = 0; from < x.length; from += sphere.size) {
    let square = 0;
    for (let i = from; i < from + sphere.size; i++) square += (gradient[i] as number) * (gradient[i] as number);
    const factor = length / Math.sqrt(square);
    if (factor > 0 && Number.isFinite(factor)) moveRow(x, gradient, factor, from, sphere);
  }
}

/**
 * Adds `factor` times the direction to a row; clips it to the bounds; shrinks it to the radius. In this
 * order, since clipping only shortens the perturbation, and shrinking towards a centre in the bounds
 * stays in them.
 */
function moveRow(x: Float32Array, direction: Float32Array, factor: number, from: number, sphere: Sphere): void {
  const { centre, eps, size } = sphere;
  const [min, max] = sphere.bounds;
  let square = 0;
  for (let i = from; i < from + size; i++) {
    const moved = Math.fround((x[i] as number) + factor * (direction[i] as number));
    const inside = Math.min(max, Math.max(min, moved));
    const difference = inside - (centre[i] as number);
    x[i] = inside;
    square += difference * difference;
  }
  // Rounding to float32 may leave the norm a hair too large: then shrink by twice as much as before.
  for (let slack = 2 ** -24; Math.sqrt(square) > eps; slack *= 2) {
    const shrink = Math.max(0, (eps / Math.sqrt(square)) * (1 - slack));
    square = 0;
    for (let i = from; i < from + size; i++) {
      const origin = centre[i] as number;
      const shrunk = Math.fround(origin + shrink * ((x[i] as number) - origin));
      x[i] = shrunk;
      square += (shrunk - origin) * (shrunk - origin);
    }
  }
}

/** Halvings of the share of a perturbation that a row keeps: the last moves it by 1/4096. */
const HALVINGS = 12;

/**
 * Moves every row to its nearest grid points in the bounds, in place; of a row that would leave the ball that
 * way, the largest share of its perturbation whose rounding stays inside.
 *
 * @param origin the centres on the grid
 */
export function snapL2(x: Float32Array, sphere: Sphere, origin: QuantArray, grid: Grid): void {
  const { eps, size } = sphere;
  const { zeroPoint } = grid;
  const scale = Math.fround(grid.scale);
  const limits = limitsOf(grid, sphere.bounds);
  const steps = toGrid(x, grid);
  for (let i = 0; i < steps.length; i++) steps[i] = withinLimits(steps[i] as number, origin[i] as number, limits);
  const moved = steps.slice();
  for (let from = 0; from < x.length; from += size) {
    if (lengthOnGrid(steps, from, sphere, grid) <= eps) continue;
    const kept = steps.subarray(from, from + size);
    kept.set(origin.subarray(from, from + size));
    let low = 0;
    let high = 1;
    for (let halving = 0; halving < HALVINGS; halving++) {
      const share = (low + high) / 2;
      for (let i = from; i < from + size; i++) {
        const start = origin[i] as number;
        const way = (x[i] as number) / scale - (start - zeroPoint);
        moved[i] = withinLimits(start + Math.round(share * way), start, limits);
      }
      if (lengthOnGrid(moved, from, sphere, grid) <= eps) {
        low = share;
        kept.set(moved.subarray(from, from + size));
      } else high = share;
    }
  }
  x.set(fromGrid(steps, grid));
}

/** How far the row that begins at `from` is from its centre, of its values in float32. */
function lengthOnGrid(q: QuantArray, from: number, { centre, size }: Sphere, { scale, zeroPoint }: Grid): number {
  const step = Math.fround(scale);
  let square = 0;
  for (let i = from; i < from + size; i++) {
    square += (Math.fround(((q[i] as number) - zeroPoint) * step) - (centre[i] as number)) ** 2;
  }
  return Math.sqrt(square);
}
