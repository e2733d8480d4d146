/**
 * DDN: gradient steps choose the perturbation's direction; its norm is set apart from it, smaller after a
 * point that fools and larger after one that does not.
 *
 * Source: Rony et al. 2019, arXiv:1811.09600, algorithm 1. A sample costs `steps` forward passes and one
 * backward pass fewer. Departs: points are not rounded to 8 bits on the way, since a grid is left to the
 * finish of minimal-norm attacks; the norm never exceeds the distance to the farthest corner of the
 * bounds; a sample that fools when clean is returned as it is.
 */

import { type Batch, row, zeros } from "../core/index.js";
import { defineAttack, type Goal } from "./attack.js";
import { count, fraction, number } from "./params.js";
import { annealed } from "./parts/anneal.js";
import { distanceToCorner, lengthOf } from "./parts/length.js";
import { crossEntropyAscent } from "./parts/loss.js";
import { nearestFooling, type SampleStep } from "./parts/nearest-search.js";

const PAPER = "Rony et al. 2019, arXiv:1811.09600";

/** Of the first step's length, the last one's: the paper's. */
const LAST_STEP = 0.01;

const params = {
  steps: count(100, 2, {
    help: "forward passes a sample",
    source: PAPER,
    reason: "the least of the paper's budgets that comes close to its best norms",
  }),
  stepSize: fraction(1, {
    help: "length of the first gradient step, for bounds one apart; it falls to a hundredth along a cosine",
    source: PAPER,
    reason: "the paper's",
  }),
  initialNorm: fraction(1, {
    help: "norm of the first perturbation, for bounds one apart",
    source: PAPER,
    reason: "the paper's",
  }),
  gamma: number(0.05, 0, 0.99, {
    help: "share by which the norm shrinks or grows a step",
    source: PAPER,
    reason: "the paper's",
  }),
};

export const ddn = defineAttack({
  id: "ddn",
  title: "Decoupled direction and norm",
  source: PAPER,
  family: "minimal",
  norms: ["l2"],
  needs: "gradient",
  params,
  async run(context) {
    const { x, labels, model, params } = context;
    const { bounds } = model;
    const largest = Float64Array.from(labels, (_, i) => distanceToCorner(row(x, i), bounds, "l2"));
    const width = bounds[1] - bounds[0];
    const norms = new Float64Array(labels.length).fill(params.initialNorm * width);
    const move = ({ i, step, clean, point, gradient, isFooled }: SampleStep): void => {
      const factor = 1 + (isFooled ? -params.gamma : params.gamma);
      const norm = Math.min(factor * (norms[i] as number), largest[i] as number);
      norms[i] = norm;
      const stepSize = width * params.stepSize * annealed(1, LAST_STEP, step, params.steps);
      const factorOfGradient = stepSize / lengthOf(gradient, "l2");
      if (Number.isFinite(factorOfGradient)) stepAtNorm(norm, clean, point, gradient, factorOfGradient, bounds);
    };
    return [await nearestFooling(context, { steps: params.steps, ascent, move })];
  },
});

function ascent(logits: Batch, labels: Int32Array, goal: Goal): Batch {
  const dLogits = zeros(logits.shape);
  crossEntropyAscent(logits, labels, goal, dLogits);
  return dLogits;
}

/** Moves a point along its gradient, then along the ray from the clean sample to `norm`, then into the bounds. */
function stepAtNorm(
  norm: number,
  clean: Float32Array,
  point: Float32Array,
  gradient: Float32Array,
  factor: number,
  bounds: readonly [number, number],
): void {
  let square = 0;
  for (let e = 0; e < point.length; e++) {
    const difference = (point[e] as number) - (clean[e] as number) + factor * (gradient[e] as number);
    square += difference * difference;
  }
  const stretch = norm / Math.sqrt(square);
  if (!Number.isFinite(stretch)) return;
  for (let e = 0; e < point.length; e++) {
    const origin = clean[e] as number;
    const difference = (point[e] as number) - origin + factor * (gradient[e] as number);
    point[e] = Math.min(bounds[1], Math.max(bounds[0], origin + stretch * difference));
  }
}
