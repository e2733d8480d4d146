/**
 * JSMA: raise, two at a time, the elements whose change does most for the target class and against the others.
 *
 * Source: Papernot et al. 2016, arXiv:1511.07528, algorithms 2 and 3; the saliency is taken of the logits,
 * as in its experiments. A step costs a forward and two backward passes. Departs: untargeted, the label's
 * logit is to fall and the others are to rise (the non-targeted variant of Wiyatno & Xu 2018,
 * arXiv:1808.07945), and any other class ends the search; where no pair serves both ends, the pair that
 * raises the target most is taken; `gamma` bounds the elements that differ and not the steps, so that
 * once it is used up the search goes on among those that differ already. No count of steps ends it: an
 * element moves one way until it is at its bound, so that steps are bounded by gamma and theta.
 */

import { type Batch, type GradientModel, gather, McuEvalError, row, rowSize, zeros } from "../core/index.js";
import { type AttackContext, defineAttack, stopIfAborted } from "./attack.js";
import { number, type ValuesOf } from "./params.js";
import { isFooled } from "./parts/goal.js";
import { bestPair, pairScratch, steepestPair } from "./parts/saliency-pair.js";

const PAPER = "Papernot et al. 2016, arXiv:1511.07528";

const params = {
  theta: number(1, -1, 1, {
    help: "what a step adds to an element, as a fraction of the bounds' width; below 0 it lowers elements",
    source: PAPER,
    reason: "fewest elements: each is used up at once",
  }),
  gamma: number(0.145, 0, 1, {
    help: "share of the elements that may differ in the end",
    source: PAPER,
    reason: "the paper's bound of what people overlook",
  }),
};

type Context = AttackContext<GradientModel, ValuesOf<typeof params>>;

export const jsma = defineAttack({
  id: "jsma",
  title: "Jacobian-based saliency map attack",
  source: "Papernot et al. 2016, arXiv:1511.07528",
  family: "minimal",
  norms: ["l0"],
  needs: "gradient",
  params,
  async run(context) {
    const { model, x, labels, goal, params, signal, progress } = context;
    if (params.theta === 0) {
      throw new McuEvalError("USAGE", "jsma's theta is 0, expected a number from -1 to 1 that changes an element");
    }
    const found: Batch = { data: x.data.slice(), shape: x.shape };
    const takeStep = stepsOf(context);
    let active = Array.from(labels.keys());
    while (active.length > 0) {
      stopIfAborted(signal);
      const pass = await model.open(gather(found, active));
      try {
        const fooled = active.map((i, j) => isFooled(row(pass.logits, j), labels, goal, i));
        if (fooled.every(Boolean)) break;
        const { own, others } = jacobianWeights(pass.logits.shape, active, context);
        const rise = await pass.backward(own); // [active, ...inputShape]
        const fall = await pass.backward(others); // [active, ...inputShape]
        active = active.filter((i, j) => {
          if (fooled[j]) return false;
          const hasMoved = takeStep(i, row(found, i), row(rise, j), row(fall, j));
          if (!hasMoved) row(found, i).fill(Number.NaN);
          return hasMoved;
        });
      } finally {
        pass.close();
      }
      progress?.(1 - active.length / labels.length);
    }
    return [found];
  },
});

/** Weights of the logits whose gradients say how much an element's change by theta raises and lowers what it should. */
function jacobianWeights(
  shape: readonly number[],
  rows: readonly number[],
  { goal, labels, params }: Context,
): { own: Batch; others: Batch } {
  const own = zeros(shape);
  const others = zeros(shape);
  const sign = (goal.kind === "targeted" ? 1 : -1) * Math.sign(params.theta);
  for (const [j, i] of rows.entries()) {
    const wanted = goal.kind === "targeted" ? (goal.targets[i] as number) : (labels[i] as number);
    row(others, j).fill(-sign)[wanted] = 0;
    row(own, j)[wanted] = sign;
  }
  return { own, others };
}

/** Changes the best pair of sample `i`, in place; false where there is none. */
type Step = (i: number, point: Float32Array, rise: Float32Array, fall: Float32Array) => boolean;

function stepsOf({ x, labels, model, params }: Context): Step {
  const [min, max] = model.bounds;
  const shift = params.theta * (max - min);
  const size = rowSize(x);
  const allowed = Math.floor(params.gamma * size);
  const scratch = pairScratch(size);
  const states = Array.from(labels, (_, i) => stateOf(row(x, i), shift > 0 ? max : min));
  return (i, point, rise, fall) => {
    const state = states[i] as State;
    const { open, differs } = state;
    if (state.differing + 2 > allowed)
      for (let e = 0; e < size; e++) open[e] = (open[e] as number) & (differs[e] as number);
    const pair = bestPair(rise, fall, open, scratch) ?? steepestPair(rise, open);
    for (const e of pair ?? []) {
      const before = point[e] as number;
      const moved = Math.fround(Math.min(max, Math.max(min, before + shift)));
      point[e] = moved;
      // At its end, or shifted by less than float32 can tell: it will not move again.
      if (moved === (shift > 0 ? max : min) || moved === before) open[e] = 0;
      if (differs[e] === 0) state.differing++;
      differs[e] = 1;
    }
    return pair !== null;
  };
}

interface State {
  /** 1 for the elements that may still be moved: the paper's search domain. */
  readonly open: Uint8Array;
  /** 1 for the elements that were moved. */
  readonly differs: Uint8Array;
  differing: number;
}

/** @param end the bound that elements are moved to */
function stateOf(clean: Float32Array, end: number): State {
  return {
    open: Uint8Array.from(clean, (value) => Number(value !== end)),
    differs: new Uint8Array(clean.length),
    differing: 0,
  };
}
