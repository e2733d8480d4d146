/**
 * Carlini & Wagner's linf attack: Adam on what sticks out beyond a shrinking limit tau, plus a weighted
 * hinge of the logits, inside the bounds by tanh.
 *
 * Source: Carlini & Wagner 2017, arXiv:1608.04644, section VI-C: sum(max(0, |d_i| - tau)) + c * f, tau
 * lowered by a factor whenever no element is beyond it, each tau started from the last solution, c raised
 * by a factor whenever a round of steps fails, up to a largest. A step costs a forward pass, and a
 * backward pass where the row does not fool.
 * Departs: `tanhSmoother` starts nearer to the middle than the code; `stepLimit` keeps Adam's steps short against tau, without which a rate of 0.01 oversteps any
 * tau below 0.005; every fooling point nearer than the best counts, and lowers tau to its factor of that;
 * a raised c goes on from where the last ended, as in the authors' code. ART 1.20.1 instead starts every
 * tau and c at the clean sample and leaves c out of the gradient. A row that never fools is given up.
 */

import { type GradientModel, rowSize } from "../core/index.js";
import { type AttackContext, defineAttack } from "./attack.js";
import { count, fraction, number, type ValuesOf } from "./params.js";
import { adamStep, momentsOf, resetMoments } from "./parts/adam.js";
import { confidence } from "./parts/confidence.js";
import { distanceBetween } from "./parts/length.js";
import { type Descent, descendRows } from "./parts/own-pace.js";
import { fromTanhSpace, tanhSmoother } from "./parts/tanh-space.js";

const PAPER = "Carlini & Wagner 2017, arXiv:1608.04644";
const ART = "ART 1.20.1, CarliniLInfMethod";

const params = {
  steps: count(10, 1, {
    help: "steps of Adam before the constant is raised",
    source: ART,
    reason: "rounds go on from one another, so that few steps each are enough",
  }),
  initialConst: fraction(1e-5, {
    help: "first weight of the hinge against what is beyond tau",
    source: `${PAPER}, the authors' code`,
    reason: "low enough that the first that succeeds is not far too large",
  }),
  largestConst: fraction(20, {
    help: "weight beyond which the search ends",
    source: `${PAPER}, the authors' code`,
    reason: "the paper's",
  }),
  constFactor: number(2, 1.001, 1e6, {
    help: "what the weight is multiplied by when a round of steps fails",
    source: `${PAPER}, section VI-C`,
    reason: "the paper's",
  }),
  decreaseFactor: number(0.9, 0.001, 0.999, {
    help: "what tau is multiplied by when a round succeeds",
    source: `${PAPER}, section VI-C`,
    reason: "the paper's",
  }),
  smallestTau: number(1e-4, 0, 1, {
    help: "limit at which the search ends, as a fraction of the input's range",
    source: "this project",
    reason: "the authors' 1/256 stands for images of 8 bits, and ends above what fools an undefended network",
  }),
  learningRate: fraction(0.01, {
    help: "Adam's rate, in units of the tanh variable",
    source: ART,
    reason: "finds a first fooling point in a few steps; stepLimit refines it",
  }),
  stepLimit: number(0.1, 0, 10, {
    help: "longest step of an element as a fraction of tau; 0 for a fixed rate, as published",
    source: "this project's bench on a ResNet-8 for CIFAR-10",
    reason: "the factor takes tau down by a tenth",
  }),
  tanhSmoother,
  confidence: confidence(`${PAPER}, section VI-A`),
};

type Params = ValuesOf<typeof params>;

export const cwLinf = defineAttack({
  id: "cw-linf",
  title: "Carlini & Wagner, linf",
  source: PAPER,
  family: "minimal",
  norms: ["linf"],
  needs: "gradient",
  params,
  async run(context: AttackContext<GradientModel, Params>) {
    const { model, x, params } = context;
    const gradient = new Float32Array(rowSize(x));
    return [await descendRows(context, (clean, found) => descentOf(clean, found, model.bounds, params, gradient))];
  },
});

/** A round that gains less than this ends like one that failed: else rounds of ever smaller gains had no end. */
const GAIN = 0.99;

/** One row's search. @param found overwritten with the nearest that fooled */
function descentOf(
  clean: Float32Array,
  found: Float32Array,
  bounds: readonly [number, number],
  params: Params,
  gradient: Float32Array,
): Descent {
  const { steps, initialConst, largestConst, constFactor, decreaseFactor, confidence } = params;
  const half = (bounds[1] - bounds[0]) / 2;
  const floor = 2 * half * params.smallestTau;
  const moved = new Float32Array(clean.length);
  /** The best point so far, where a new tau starts. */
  const start = new Float32Array(clean.length);
  const slope = new Float32Array(clean.length);
  const moments = momentsOf(clean.length);
  let tau = 2 * half;
  let weight = initialConst;
  let age = 0; // steps since the moments were zero
  let left = steps; // of this round
  let wants = true;
  let best = Number.POSITIVE_INFINITY;
  let bestBefore = Number.POSITIVE_INFINITY;

  function lowerTau(): void {
    tau = Math.min(tau, best) * decreaseFactor;
    bestBefore = best;
    moved.set(start);
    resetMoments(moments);
    age = 0;
    left = steps;
    wants = false;
  }

  function stepFrom(point: Float32Array, ascent: Float32Array | null): void {
    for (let i = 0; i < clean.length; i++) {
      const difference = (point[i] as number) - (clean[i] as number);
      gradient[i] = Math.abs(difference) > tau ? Math.sign(difference) : 0;
    }
    if (ascent)
      for (let i = 0; i < clean.length; i++) gradient[i] = (gradient[i] as number) - weight * (ascent[i] as number);
    for (let i = 0; i < clean.length; i++) gradient[i] = (gradient[i] as number) * (slope[i] as number);
    const limit = params.stepLimit > 0 ? (params.stepLimit * tau) / half : Number.POSITIVE_INFINITY;
    age++;
    left--;
    adamStep(moved, gradient, moments, age, Math.min(params.learningRate, limit));
    wants = ascent !== null;
  }

  return {
    place: (point) => fromTanhSpace(clean, moved, bounds, params.tanhSmoother, point, slope),
    wantsGradient: () => wants,
    advance({ point, isFooled, margin, ascent }) {
      const isReached = isFooled && margin >= confidence;
      const distance = distanceBetween(clean, point, "linf");
      const isBest = isReached && distance < best;
      if (isBest) {
        best = distance;
        found.set(point);
        start.set(moved);
      }
      if ((isReached && distance <= tau) || (left === 0 && best < GAIN * bestBefore)) {
        lowerTau();
        if (tau <= floor) return 1;
        if (!isBest) return progress(); // the point to start from is not this one
      }
      if (!isReached && ascent === null) {
        wants = true;
        return progress();
      }
      if (left === 0) {
        weight *= constFactor;
        left = steps;
        if (weight > largestConst) return 1;
      }
      stepFrom(point, isReached ? null : ascent);
      return progress();
    },
  };

  /** By the weight, which never falls. */
  function progress(): number {
    const part = Math.log(weight / initialConst) / Math.log(largestConst / initialConst);
    return Math.min(0.99, Math.max(0, part || 0));
  }
}
