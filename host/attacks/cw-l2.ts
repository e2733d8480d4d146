/**
 * Carlini & Wagner's l2 attack: Adam on squared distance plus a weighted hinge of the logits, inside the
 * bounds by tanh, with a search for the weight.
 *
 * Source: Carlini & Wagner 2017, arXiv:1608.04644, sections V and VI-A (f6), with the search and the early
 * abort of the authors' code. A step costs a forward pass, and a backward pass where the row does not
 * fool; the passes at the clean sample are shared by all constants.
 * Departs: `tanhSmoother` starts nearer to the middle than the code; from a row's first fooling point on,
 * `stepLimit` keeps Adam's steps short against the norm found, since a fixed learning rate oversteps samples
 * near a boundary and never reaches far ones; `constTolerance` ends a search that has little left to find;
 * the early abort is each row's own, by the best objective so far, and at a fixed rate waits two steps at
 * least; the point after the last step is asked about too; constants are halved to the end, without the
 * code's repetition of the last. A row that never fools is given up.
 */

import { type GradientModel, rowSize } from "../core/index.js";
import { type AttackContext, defineAttack } from "./attack.js";
import { count, flag, fraction, number, type ValuesOf } from "./params.js";
import { adamStep, momentsOf, resetMoments } from "./parts/adam.js";
import { confidence } from "./parts/confidence.js";
import { nextConst, startConst } from "./parts/const-search.js";
import { distanceBetween } from "./parts/length.js";
import { type Descent, descendRows } from "./parts/own-pace.js";
import { isStuck, newPatience } from "./parts/patience.js";
import { fromTanhSpace, tanhSmoother } from "./parts/tanh-space.js";

const PAPER = "Carlini & Wagner 2017, arXiv:1608.04644";
const OURS = "this project's bench on a ResNet-8 for CIFAR-10";

const params = {
  steps: count(50, 1, {
    help: "steps of Adam for each constant",
    source: OURS,
    reason: "with stepLimit as near as 100 steps at the best fixed rate; 20 end 4 % further away",
  }),
  binarySteps: count(9, 1, {
    help: "constants tried",
    source: `${PAPER}, the authors' code`,
    reason: "enough to find the order of the constant and to halve it a few times",
  }),
  initialConst: fraction(0.01, {
    help: "first weight of the hinge against the squared distance",
    source: "Costa & Pinto 2024, arXiv:2404.05688, settings of C&W",
    reason: "ten times that of the authors' code, which seldom fools here",
  }),
  constTolerance: number(0.03, 0, 0.5, {
    help: "a row's search for the constant ends when its interval is narrower than this share of it; 0 to try all",
    source: OURS,
    reason: "a fifth fewer passes; the norm grows by 1 % at 10 steps a constant and not at all at 100",
  }),
  learningRate: fraction(0.01, {
    help: "Adam's rate, in units of the tanh variable",
    source: `${PAPER}, section V-B and the authors' code`,
    reason: "finds a first fooling point in a few steps; stepLimit refines it",
  }),
  stepLimit: number(0.5, 0, 10, {
    help: "longest step as a fraction of the smallest norm found so far; 0 for a fixed rate, as published",
    source: OURS,
    reason: "one setting for near and far boundaries",
  }),
  tanhSmoother,
  confidence: confidence(`${PAPER}, section VI-A`),
  abortEarly: flag(true, {
    help: "leave a constant after a tenth of the steps without progress",
    source: `${PAPER}, the authors' code`,
    reason: "same norms in fewer passes",
  }),
};

type Params = ValuesOf<typeof params>;

export const cwL2 = defineAttack({
  id: "cw-l2",
  title: "Carlini & Wagner, l2",
  source: PAPER,
  family: "minimal",
  norms: ["l2"],
  needs: "gradient",
  params,
  async run(context: AttackContext<GradientModel, Params>) {
    const { model, x, params } = context;
    const gradient = new Float32Array(rowSize(x));
    return [await descendRows(context, (clean, found) => descentOf(clean, found, model.bounds, params, gradient))];
  },
});

/** One row's search: Adam from the clean sample for every constant. @param found overwritten with the nearest that fooled */
function descentOf(
  clean: Float32Array,
  found: Float32Array,
  bounds: readonly [number, number],
  params: Params,
  gradient: Float32Array,
): Descent {
  const { steps, binarySteps, initialConst, constTolerance, learningRate, stepLimit, confidence, abortEarly } = params;
  const tenth = Math.ceil(steps / 10);
  const moved = new Float32Array(clean.length);
  const slope = new Float32Array(clean.length);
  const moments = momentsOf(clean.length);
  /** The answer at the clean sample, where every constant starts. */
  let atClean: { margin: number; ascent: Float32Array } | null = null;
  let search = startConst(initialConst);
  let tries = 0;
  let step = 0;
  let rate = learningRate;
  let hasFooled = false;
  let wants = true;
  let patience = newPatience();
  let best = Number.POSITIVE_INFINITY; // smallest norm of a fooling point

  function endTry(): void {
    tries++;
    search = nextConst(search, hasFooled);
    if (search.upper - search.lower < constTolerance * search.upper) tries = binarySteps;
    if (tries === binarySteps || atClean === null) return;
    moved.fill(0);
    resetMoments(moments);
    step = 0;
    hasFooled = false;
    patience = newPatience();
    fromTanhSpace(clean, moved, bounds, params.tanhSmoother, gradient, slope);
    stepFrom(clean, 0, atClean.margin, atClean.ascent);
  }

  /** @param ascent the margin's gradient at the point; null where the goal is reached */
  function stepFrom(point: Float32Array, norm: number, margin: number, ascent: Float32Array | null): void {
    const hinge = Math.max(0, confidence - margin);
    const isLimited = stepLimit > 0 && Number.isFinite(best);
    // A fixed rate oversteps at first, and comes back on the second step.
    const allowed = isLimited ? tenth : Math.max(2, tenth);
    if (isStuck(patience, norm * norm + search.value * hinge, allowed) && abortEarly) {
      endTry();
      return;
    }
    if (step === 0) rate = limitedRate(learningRate, stepLimit * best, slope);
    step++;
    cwGradient(clean, point, slope, ascent, search.value, gradient);
    adamStep(moved, gradient, moments, step, rate);
    wants = ascent !== null && step < steps;
  }

  return {
    place: (point) => fromTanhSpace(clean, moved, bounds, params.tanhSmoother, point, slope),
    wantsGradient: () => wants,
    advance({ point, isFooled, margin, ascent }) {
      const norm = distanceBetween(clean, point, "l2");
      const isReached = isFooled && margin >= confidence;
      if (isReached) {
        hasFooled = true;
        if (norm < best) {
          best = norm;
          found.set(point);
        }
        if (norm === 0) return 1;
      }
      if (step === steps) endTry();
      else if (!isReached && ascent === null) wants = true;
      else {
        if (atClean === null && ascent !== null) atClean = { margin, ascent: ascent.slice() };
        stepFrom(point, norm, margin, isReached ? null : ascent);
      }
      // After the last step its point is still to be asked about.
      return tries === binarySteps ? 1 : (tries + step / (steps + 1)) / binarySteps;
    },
  };
}

/** The rate at which a first step of Adam, `rate` an element, is no longer than `longest` in units of the input. */
function limitedRate(rate: number, longest: number, slope: Float32Array): number {
  let square = 0;
  for (let i = 0; i < slope.length; i++) square += (slope[i] as number) * (slope[i] as number);
  return longest > 0 && square > 0 ? Math.min(rate, longest / Math.sqrt(square)) : rate;
}

/**
 * Gradient of |x' - x|^2 + weight * max(0, confidence - margin) with respect to the tanh variable.
 *
 * @param ascent the margin's gradient at the point; null where the second term is flat
 * @param slope dx'/dd @param out overwritten
 */
export function cwGradient(
  clean: Float32Array,
  point: Float32Array,
  slope: Float32Array,
  ascent: Float32Array | null,
  weight: number,
  out: Float32Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = 2 * ((point[i] as number) - (clean[i] as number));
  if (ascent) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) - weight * (ascent[i] as number);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * (slope[i] as number);
}
