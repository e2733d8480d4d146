/** Estimates the normal of the decision boundary from labels alone. */

import { type Batch, type Noise, type Oracle, openNoise, type Rng, row, zeros } from "../../core/index.js";
import type { Goal } from "../attack.js";
import { dctNoise } from "./dct-noise.js";
import { stepOf } from "./domain.js";
import { type Ask, type Walk, type Walker, walkAll } from "./walk.js";

/** Writes one random perturbation. */
export type DrawProbe = (out: Float32Array) => void;

export interface ProbeSize {
  /** Standard deviation of an element, in units of the input; on a grid one step at least. */
  readonly sigma: number;
  /** Frequencies along each side of the image; all of them from the side on. */
  readonly subDim: number;
}

/** Normal perturbations of low frequencies that survive the grid, as GeoDA asks them. */
export function gaussianProbe(
  { grid, inputShape }: ProbeTarget,
  noise: Noise,
  { sigma, subDim }: ProbeSize,
): DrawProbe {
  const draw = dctNoise(noise, inputShape, subDim);
  const size = Math.max(sigma, stepOf(grid));
  return (out) => {
    draw(out);
    for (let i = 0; i < out.length; i++) out[i] = size * (out[i] as number);
  };
}

type ProbeTarget = Pick<Walker, "grid" | "inputShape">;

export interface NormalRequest extends ProbeSize {
  readonly model: Oracle;
  /** Points near the decision boundary, [N, ...inputShape]. */
  readonly points: Batch;
  readonly labels: Int32Array;
  readonly samples: readonly number[];
  readonly goal: Goal;
  /** Queries a point. */
  readonly probes: number;
  readonly rng: (sample: number) => Rng;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The boundary's normal at each point, as GeoDA estimates it.
 *
 * @returns [N, ...inputShape] rows of length 1, towards the fooling side; a row is zero where the oracle's
 * budget ended first
 */
export async function boundaryNormals(request: NormalRequest): Promise<Batch> {
  const { points, probes } = request;
  const normals = zeros(points.shape);
  const search = function* (walker: Walker): Walk {
    const draw = gaussianProbe(walker, openNoise(request.rng(walker.sample)), request);
    yield* probeNormal(walker, walker.origin, probes, draw, row(normals, walker.at));
  };
  await walkAll({ ...request, x: points, norm: "l2", params: {} }, search);
  return normals;
}

/**
 * Asks random perturbations of a point near the boundary and averages them, each with the sign of its
 * answer: the average tends to the boundary's normal, towards the fooling side.
 *
 * Sources: Rahmati et al. 2020, arXiv:2003.06468, eq. 4-6; Chen et al. 2020, arXiv:1904.02144, eq. 9,
 * and its section III-C for the baseline: the mean answer is taken off each answer, since a point that
 * lies to one side of the boundary has more answers of one kind. What is averaged is the perturbation
 * as it was asked, after bounds and grid.
 *
 * @param at settled @param out overwritten with a vector of length 1, or zeros where no perturbation
 * survived the grid
 * @returns the share of the probes that fooled
 */
export function* probeNormal(
  { settle }: Walker,
  at: Float32Array,
  probes: number,
  draw: DrawProbe,
  out: Float32Array,
): Generator<Ask, number, void> {
  const sums = [new Float64Array(at.length), new Float64Array(at.length)] as const;
  let fooled = 0;
  yield {
    count: probes,
    write: (_k, point) => {
      draw(point);
      for (let i = 0; i < point.length; i++) point[i] = (point[i] as number) + (at[i] as number);
      settle(point);
    },
    told: (_k, isFooling, point) => {
      const sum = sums[isFooling ? 1 : 0];
      if (isFooling) fooled++;
      for (let i = 0; i < point.length; i++) sum[i] = (sum[i] as number) + ((point[i] as number) - (at[i] as number));
    },
  };
  const [left, right] = sums;
  const mean = (2 * fooled - probes) / probes;
  // Answers all alike have no baseline: their plain average is all there is.
  const weight = Math.abs(mean) === 1 ? 0 : mean;
  let square = 0;
  for (let i = 0; i < out.length; i++) {
    const value = (1 - weight) * (right[i] as number) - (1 + weight) * (left[i] as number);
    out[i] = value;
    square += value * value;
  }
  const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * factor;
  return fooled / probes;
}
