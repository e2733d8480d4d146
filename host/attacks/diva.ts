/**
 * DIVA: fool the quantised network while the float one it was made from stays right.
 *
 * Source: Hao et al. 2022, arXiv:2204.10933, section 4: climb p_float[y] - c * p_twin[y], the
 * probabilities of the label on both networks, in signed steps inside the ball, from the clean sample; the
 * published code stops at the first iterate that fools the one and not the other. A round costs a forward
 * and a backward pass on each network.
 * Targeted, as in that code: the loss minus 100 times the twin's cross-entropy with the target; a sample
 * is done when the twin says the target and the float network the label.
 * Departs: the quantised network's gradient is its twin's; l2 too, along the gradient; on a grid
 * both networks are asked about the iterate's nearest grid points, while the iterate stays continuous.
 */

import { argmax, type Batch, type GradientModel, gather, row, scatter, zeros } from "../core/index.js";
import { type AttackContext, defineAttack, stopIfAborted } from "./attack.js";
import { count, fraction, type ValuesOf } from "./params.js";
import { type Ball, ballAround, ballNorm } from "./parts/ball.js";
import { divaAscent } from "./parts/diva-loss.js";
import { goalOf, isFooled, labelsAt } from "./parts/goal.js";

const PAPER = "Hao et al. 2022, arXiv:2204.10933, and its published code";

const params = {
  steps: count(20, 1, {
    help: "gradient steps on both networks",
    source: PAPER,
    reason: "the paper's; a sample that is done earlier costs no more",
  }),
  stepSize: fraction(0.125, {
    help: "length of a step, as a fraction of eps",
    source: `${PAPER}: 1/255 at an eps of 8/255`,
    reason: "one setting serves every eps of a security curve",
  }),
  balance: fraction(1, {
    help: "weight c of the twin's probability against the float network's",
    source: PAPER,
    reason: "the paper's; more fools the quantised network oftener, and the float network with it",
  }),
  targetWeight: fraction(100, {
    help: "weight of the twin's cross-entropy with the target class; unused when untargeted",
    source: "the published code of Hao et al. 2022, arXiv:2204.10933",
    reason: "a target's probability near 0 has next to no gradient of its own",
  }),
};

type Context = AttackContext<GradientModel, ValuesOf<typeof params>>;

export const diva = defineAttack({
  id: "diva",
  title: "DIVA, evasive on the float network",
  source: "Hao et al. 2022, arXiv:2204.10933",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  needsTwin: true,
  params,
  async run(context) {
    const { eps = [], progress } = context;
    const twin = context.twin as GradientModel;
    const found: Batch[] = [];
    for (const [e, budget] of eps.entries()) {
      found.push(await climb(context, twin, budget, (part) => progress?.((e + part) / eps.length)));
    }
    return found;
  },
});

/** All steps at one eps, on the samples that are not done yet. */
async function climb(
  context: Context,
  twin: GradientModel,
  eps: number,
  progress: (part: number) => void,
): Promise<Batch> {
  const { model, x, norm, grid, params, signal } = context;
  const result = { data: x.data.slice(), shape: x.shape };
  const around = (rows: readonly number[]): Ball =>
    ballAround(gather(x, rows), eps, ballNorm(norm), model.bounds, grid);
  let active = Array.from(context.labels, (_, i) => i);
  let current = gather(x, active);
  let ball = around(active);
  ball.project(current.data);
  for (let step = 0; step < params.steps && active.length > 0; step++) {
    stopIfAborted(signal);
    const asked = grid ? finished(current, ball) : current;
    let { gradient, isDone } = await ascend(context, twin, asked, active);
    if (isDone.includes(true)) {
      scatter(result, active, asked);
      const left = active.flatMap((_, j) => (isDone[j] ? [] : [j]));
      active = left.map((j) => active[j] as number);
      current = gather(current, left);
      gradient = gather(gradient, left);
      ball = around(active);
    }
    ball.step(current.data, gradient.data, params.stepSize * eps);
    progress((step + 1) / params.steps);
  }
  scatter(result, active, finished(current, ball));
  return result;
}

function finished(x: Batch, ball: Ball): Batch {
  const moved = { data: x.data.slice(), shape: x.shape };
  ball.finish(moved.data);
  return moved;
}

interface Ascent {
  /** Of the loss with respect to the input, up to a positive factor a row. */
  readonly gradient: Batch;
  /** Whether the row fools the twin and not the float network. */
  readonly isDone: readonly boolean[];
}

/** One pass forth and back on both networks. @param rows places of x's rows in the whole batch */
async function ascend(
  { model, labels, goal, params }: Context,
  twin: GradientModel,
  x: Batch,
  rows: readonly number[],
): Promise<Ascent> {
  const own = labelsAt(labels, rows);
  const ownGoal = goalOf(goal, rows);
  const float = await model.open(x);
  try {
    const quantized = await twin.open(x);
    try {
      const [dFloat, dTwin] = [zeros(float.logits.shape), zeros(quantized.logits.shape)];
      divaAscent(float.logits, quantized.logits, own, ownGoal, params, dFloat, dTwin);
      const gradient = await float.backward(dFloat);
      addTo(gradient, await quantized.backward(dTwin));
      const isFooledAlone = (_: number, j: number): boolean =>
        isFooled(row(quantized.logits, j), own, ownGoal, j) && argmax(row(float.logits, j)) === own[j];
      return { gradient, isDone: rows.map(isFooledAlone) };
    } finally {
      quantized.close();
    }
  } finally {
    float.close();
  }
}

function addTo(sum: Batch, summand: Batch): void {
  for (let i = 0; i < sum.data.length; i++) sum.data[i] = (sum.data[i] as number) + (summand.data[i] as number);
}
