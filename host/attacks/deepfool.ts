/**
 * DeepFool: step to the nearest class boundary of the linearised network until the prediction changes.
 *
 * Source: Moosavi-Dezfooli et al. 2016, arXiv:1511.04599, algorithm 2; linf by its section 3.3 with
 * p = infinity. A step costs two forward passes and one backward pass for each class looked at.
 * Departs: the overshoot is part of every iterate, as in the authors' code, so that what is returned is
 * what was seen to fool; iterates stay in the bounds, and elements held by a bound count neither as
 * distance nor as direction; a targeted goal steps to the target's boundary with the class predicted at
 * the time. A sample that is not fooled after the last step is given up.
 */

import { argmax, type Batch, type GradientModel, gather, row, rowSize, zeros } from "../core/index.js";
import { type AttackContext, defineAttack, stopIfAborted } from "./attack.js";
import { count, number, type ValuesOf } from "./params.js";
import { isFooled } from "./parts/goal.js";

const CODE = "the authors' code of Moosavi-Dezfooli et al. 2016, arXiv:1511.04599";

const params = {
  steps: count(50, 1, {
    help: "steps at most; a sample that is fooled takes no more",
    source: CODE,
    reason: "most samples need two or three",
  }),
  overshoot: number(0.02, 0, 10, {
    help: "how far beyond the boundary the perturbation goes, as a fraction of itself",
    source: "Moosavi-Dezfooli et al. 2016, arXiv:1511.04599",
    reason: "the paper's",
  }),
  candidates: count(10, 0, {
    help: "most likely other classes to look at when untargeted, by the clean sample's logits; 0 for all",
    source: CODE,
    reason: "each costs a backward pass a step, and the nearest boundary belongs to a likely class",
  }),
};

type Context = AttackContext<GradientModel, ValuesOf<typeof params>>;

/**
 * The least gap between two logits, as a fraction of the row's range of logits: a smaller one is taken
 * for this. Steps to closer boundaries can be lost in rounding to float32, and a tie would be no step.
 */
const LEAST_GAP = 2e-4;

export const deepfool = defineAttack({
  id: "deepfool",
  title: "DeepFool",
  source: "Moosavi-Dezfooli et al. 2016, arXiv:1511.04599",
  family: "minimal",
  norms: ["l2", "linf"],
  needs: "gradient",
  params,
  async run(context) {
    const { model, x, labels, goal, params, signal, progress } = context;
    const found: Batch = { data: x.data.slice(), shape: x.shape };
    let rivals: Int32Array[] | undefined;
    let active: Int32Array = labels.map((_, i) => i);
    for (let step = 0; ; step++) {
      stopIfAborted(signal);
      const looked = active;
      // Asked before the pass that is kept open, so that no backward pass is spent on a fooled sample.
      const logits = await model.logits(gather(found, looked));
      rivals ??= Array.from(labels, (label, i) => likeliest(row(logits, i), label, params.candidates));
      active = looked.filter((i, j) => !isFooled(row(logits, j), labels, goal, i));
      progress?.(1 - (active.length / labels.length) * (1 - step / params.steps));
      if (active.length === 0 || step === params.steps) break;
      active = await stepBeyondBoundary(context, found, active, rivals);
    }
    for (const i of active) row(found, i).fill(Number.NaN);
    return [found];
  },
});

/** Classes other than the label, most likely first. @param atMost 0 for all */
function likeliest(logits: Float32Array, label: number, atMost: number): Int32Array {
  const classes = Int32Array.from(logits.keys()).filter((k) => k !== label);
  classes.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  return atMost === 0 ? classes : classes.slice(0, atMost);
}

/**
 * Moves rows of `found` to their nearest linearised boundary, and beyond by the overshoot.
 *
 * @returns the rows that moved; the others have nowhere to go and became NaN
 */
async function stepBeyondBoundary(
  context: Context,
  found: Batch,
  rows: Int32Array,
  rivals: readonly Int32Array[],
): Promise<Int32Array> {
  const { model, labels, goal, norm, params } = context;
  const at = gather(found, rows);
  const nearest: Nearest = { gradient: zeros(at.shape), distance: new Float64Array(rows.length).fill(Infinity) };
  const pass = await model.open(at);
  try {
    // A boundary of each row is looked at together: where class `gains` overtakes class `loses`.
    const looks = goal.kind === "targeted" ? 1 : (rivals[0] as Int32Array).length;
    for (let look = 0; look < looks; look++) {
      const dLogits = zeros(pass.logits.shape);
      const gaps = new Float64Array(rows.length);
      rows.forEach((i, j) => {
        const scores = row(pass.logits, j);
        const gains = goal.kind === "targeted" ? (goal.targets[i] as number) : (rivals[i]?.[look] as number);
        const loses = goal.kind === "targeted" ? argmax(scores) : (labels[i] as number);
        row(dLogits, j)[gains] = 1;
        row(dLogits, j)[loses] = -1;
        const least = LEAST_GAP * (Math.max(...scores) - Math.min(...scores));
        gaps[j] = Math.max((scores[loses] as number) - (scores[gains] as number), least);
      });
      const gradient = await pass.backward(dLogits); // [rows, ...inputShape]
      keepNearer(nearest, gradient, gaps, at, context);
    }
  } finally {
    pass.close();
  }
  return rows.filter((i, j) => {
    const length = (1 + params.overshoot) * (nearest.distance[j] as number);
    if (length < Infinity) move(row(found, i), row(nearest.gradient, j), length, norm === "l2", model.bounds);
    else row(found, i).fill(Number.NaN);
    return length < Infinity;
  });
}

/** The nearest boundary of each row so far. */
interface Nearest {
  /** [rows, ...inputShape], 0 where a bound holds the element. */
  readonly gradient: Batch;
  /** [rows] in the attack's norm; Infinity before there is one. */
  readonly distance: Float64Array;
}

/** Takes over a boundary where it is nearer: gap / dual norm of its gradient. @param gradient overwritten */
function keepNearer(nearest: Nearest, gradient: Batch, gaps: Float64Array, at: Batch, { norm, model }: Context): void {
  const [min, max] = model.bounds;
  const size = rowSize(at);
  for (let j = 0; j < gaps.length; j++) {
    let sum = 0;
    let square = 0;
    for (let i = j * size; i < (j + 1) * size; i++) {
      const slope = gradient.data[i] as number;
      const value = at.data[i] as number;
      if ((value >= max && slope > 0) || (value <= min && slope < 0)) {
        gradient.data[i] = 0;
        continue;
      }
      sum += Math.abs(slope);
      square += slope * slope;
    }
    const distance = (gaps[j] as number) / (norm === "l2" ? Math.sqrt(square) : sum);
    if (!(distance < (nearest.distance[j] as number))) continue;
    nearest.distance[j] = distance;
    row(nearest.gradient, j).set(row(gradient, j));
  }
}

/** Moves one row by `length`, measured in its norm, down the shortest way across the boundary. */
function move(
  x: Float32Array,
  gradient: Float32Array,
  length: number,
  isL2: boolean,
  bounds: readonly [number, number],
): void {
  const [min, max] = bounds;
  let square = 0;
  for (let i = 0; i < x.length; i++) square += (gradient[i] as number) * (gradient[i] as number);
  const factor = length / Math.sqrt(square);
  for (let i = 0; i < x.length; i++) {
    const slope = gradient[i] as number;
    const shift = isL2 ? factor * slope : length * Math.sign(slope);
    x[i] = Math.min(max, Math.max(min, (x[i] as number) + shift));
  }
}
