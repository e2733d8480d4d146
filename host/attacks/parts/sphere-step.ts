/** The steps of the Boundary attack: along the sphere around the clean sample, and towards it. */

import type { Noise } from "../../core/index.js";
import { stepOf } from "./domain.js";
import { distanceBetween } from "./length.js";
import type { Walker } from "./walk.js";

/**
 * Smallest root mean square of a step on a grid, in grid steps: one element of a hundred then rounds
 * to another grid point.
 */
const LEAST_ON_GRID = 0.2;

/** The smallest relative size of an orthogonal step that an oracle can see. */
export function leastDelta({ origin, grid }: Walker, radius: number): number {
  return (LEAST_ON_GRID * stepOf(grid) * Math.sqrt(origin.length)) / radius;
}

/**
 * A random point of the sphere through `here`: an orthogonal step of `delta` times the radius, then back
 * onto the sphere (Brendel et al. 2018, arXiv:1712.04248, section 2.2). The bounds may pull it inside.
 *
 * @param radius the distance of `here` from the origin
 * @param out overwritten; within the bounds, not yet on the grid
 * @returns the distance of `out` from the origin
 */
export function stepOnSphere(
  { origin, bounds }: Walker,
  noise: Noise,
  here: Float32Array,
  radius: number,
  delta: number,
  out: Float32Array,
): number {
  const square = noise.normals(out);
  let dot = 0;
  for (let i = 0; i < out.length; i++) dot += (out[i] as number) * ((here[i] as number) - (origin[i] as number));
  const orthogonal = Math.sqrt(Math.max(0, square - (dot / radius) ** 2));
  const hypotenuse = Math.sqrt(1 + delta * delta);
  const ofNoise = orthogonal > 0 ? (delta * radius) / orthogonal / hypotenuse : 0;
  const ofWay = 1 / hypotenuse - (ofNoise * dot) / radius ** 2;
  const [low, high] = bounds;
  let reached = 0;
  for (let i = 0; i < out.length; i++) {
    const from = origin[i] as number;
    const moved = from + ofWay * ((here[i] as number) - from) + ofNoise * (out[i] as number);
    const inside = moved < low ? low : moved > high ? high : moved;
    out[i] = inside;
    reached += (inside - from) * (inside - from);
  }
  return Math.sqrt(reached);
}

/** Moves a point towards the origin, in place, until its distance is `reached`; a nearer one stays. */
export function stepInwards({ origin }: Walker, point: Float32Array, from: number, reached: number): void {
  if (from <= reached) return;
  const share = reached / from;
  for (let i = 0; i < point.length; i++) {
    const centre = origin[i] as number;
    point[i] = centre + share * ((point[i] as number) - centre);
  }
}

/** The distance from the origin: the radius of the sphere through a point. */
export function radiusOf({ origin }: Walker, point: Float32Array): number {
  return distanceBetween(point, origin, "l2");
}
