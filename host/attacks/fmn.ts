/**
 * FMN: gradient steps inside a ball whose radius follows the decision boundary: to where the linearised
 * margin puts it before anything fooled, then in by a share after a point that fools, and out after one
 * that does not.
 *
 * Source: Pintor et al. 2021, arXiv:2102.12827, algorithm 1, without its starts from another class. A
 * sample costs `steps` forward passes and one backward pass fewer. Departs: a sample that fools when clean
 * is returned as it is; where the linearised margin would hold or shrink the radius before anything
 * fooled, it grows by a share instead.
 */

import { type Norm, row, rowSize } from "../core/index.js";
import { defineAttack } from "./attack.js";
import { count, number } from "./params.js";
import { annealed } from "./parts/anneal.js";
import { distanceToCorner, lengthOf } from "./parts/length.js";
import { projectionIn } from "./parts/lp-projection.js";
import { marginAscent } from "./parts/margin-ascent.js";
import { nearestFooling, type SampleStep } from "./parts/nearest-search.js";

const PAPER = "Pintor et al. 2021, arXiv:2102.12827";

/** The last values of what falls along a cosine: the step size as a share of its first value, and gamma. */
const LAST_STEP = 0.01;
const LAST_GAMMA = 0.001;

/** What measures a gradient so that margin / measure is a distance in the norm. */
const DUAL: Readonly<Record<Norm, Norm>> = { l0: "linf", l1: "linf", l2: "l2", linf: "l1" };

/** The default step size: what gave the smallest norms in the bench. */
const OWN_STEP: Readonly<Record<Norm, number>> = { l0: 3, l1: 1, l2: 0.3, linf: 1 };

const params = {
  steps: count(100, 2, {
    help: "forward passes a sample",
    source: "Foolbox 3: 100 steps",
    reason: "as many as DDN's, so that the two compare at equal passes",
  }),
  stepSize: number(0, 0, Number.MAX_VALUE, {
    help: "Euclidean length of the first gradient step, for bounds one apart; 0 for 0.3 in l2, 1 in linf and l1, 3 in l0",
    source: "our bench beside Foolbox 3, whose default is 1 in all norms",
    reason: "at the same passes, medians of the committed ResNet-8 fall by 3 % in l2 and 7 % in l0",
  }),
  gamma: number(0.05, LAST_GAMMA, 0.99, {
    help: "share by which the radius shrinks or grows in the first step; it falls to 0.001 along a cosine",
    source: PAPER,
    reason: "the paper's",
  }),
};

export const fmn = defineAttack({
  id: "fmn",
  title: "Fast minimum-norm attack",
  source: PAPER,
  family: "minimal",
  norms: ["l2", "linf", "l1", "l0"],
  needs: "gradient",
  params,
  async run(context) {
    const { x, labels, model, norm, params } = context;
    const { bounds } = model;
    const firstStep = (bounds[1] - bounds[0]) * (params.stepSize || OWN_STEP[norm]);
    const project = projectionIn(norm, rowSize(x));
    const largest = Float64Array.from(labels, (_, i) => distanceToCorner(row(x, i), bounds, norm));
    const radii = new Float64Array(labels.length).fill(norm === "l0" ? 1 : Number.POSITIVE_INFINITY);
    const move = (at: SampleStep): void => {
      const { i, step, clean, point, gradient } = at;
      const gamma = annealed(params.gamma, LAST_GAMMA, step, params.steps);
      const wanted =
        norm === "l0" ? nextCount(radii[i] as number, gamma, at) : nextRadius(radii[i] as number, gamma, at, norm);
      const radius = Math.min(wanted, largest[i] as number);
      radii[i] = radius;
      const factor = (firstStep * annealed(1, LAST_STEP, step, params.steps)) / lengthOf(gradient, "l2");
      if (!Number.isFinite(factor)) return;
      for (let e = 0; e < point.length; e++) point[e] = (point[e] as number) + factor * (gradient[e] as number);
      project(point, clean, radius);
      for (let e = 0; e < point.length; e++) point[e] = Math.min(bounds[1], Math.max(bounds[0], point[e] as number));
    };
    return [await nearestFooling(context, { steps: params.steps, ascent: marginAscent, move })];
  },
});

/** The ball's next radius in l1, l2 or linf. */
function nextRadius(
  radius: number,
  gamma: number,
  { isFooled, best, distance, margin, gradient }: SampleStep,
  norm: Norm,
): number {
  if (isFooled) return Math.min(radius * (1 - gamma), best);
  if (best < Number.POSITIVE_INFINITY) return radius * (1 + gamma);
  const estimate = distance + Math.abs(margin) / lengthOf(gradient, DUAL[norm]);
  // Where steps are long for the ball, the estimate may circle below the boundary for good.
  return estimate > radius || !Number.isFinite(radius) ? estimate : radius * (1 + gamma);
}

/** How many elements may differ next: a whole number that changes by at least one. */
function nextCount(radius: number, gamma: number, { isFooled, best }: SampleStep): number {
  if (isFooled) return Math.max(1, Math.min(radius - 1, Math.floor(radius * (1 - gamma)), best));
  return Math.max(radius + 1, Math.floor(radius * (1 + gamma)));
}
