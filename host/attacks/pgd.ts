/**
 * PGD: climb the loss in small steps of a norm's steepest ascent, staying inside the eps-ball.
 *
 * Source: Madry et al. 2018, arXiv:1706.06083, section 2.1; l2 as in its section 5.1. A restart costs
 * `steps` forward and backward passes, and one forward pass more to compare where there are several.
 * Departs: a sample that one restart fools is left out of the next, and of those that fool it in none the
 * highest loss is kept; on a grid the iterate stays continuous, and only what is returned is rounded, inside the ball.
 */

import { type Batch, countOf, type GradientModel, gather, row, scatter, zeros } from "../core/index.js";
import { type AttackContext, defineAttack, type Goal, stopIfAborted } from "./attack.js";
import { count, flag, fraction, type ValuesOf } from "./params.js";
import { type Ball, type BallNorm, ballAround, ballNorm, drawFromUnitBall } from "./parts/ball.js";
import { fooledRows, goalOf, labelsAt } from "./parts/goal.js";
import { crossEntropy, crossEntropyAscent } from "./parts/loss.js";

const STUDY = "Costa & Pinto 2024, arXiv:2404.05688, settings of PGD";

const params = {
  steps: count(20, 1, {
    help: "gradient steps a restart",
    source: STUDY,
    reason: "with steps of eps/10 they can cross the ball once, and robust accuracy moves little beyond",
  }),
  stepSize: fraction(0.1, {
    help: "length of a step, as a fraction of eps",
    source: STUDY,
    reason: "one setting serves every eps of a security curve",
  }),
  restarts: count(1, 1, {
    help: "independent starts; a sample that one of them fools is left out of the next",
    source: "Foolbox 3 and torchattacks 3: one start",
    reason: "time grows with it; use 20 for the study's setting",
  }),
  randomStart: flag(true, {
    help: "start at a uniformly random point of the ball instead of the clean sample",
    source: "Madry et al. 2018, arXiv:1706.06083, section 2.1",
    reason: "the clean sample may lie where the gradient is small",
  }),
};

type Context = AttackContext<GradientModel, ValuesOf<typeof params>>;

export const pgd = defineAttack({
  id: "pgd",
  title: "Projected gradient descent",
  source: "Madry et al. 2018, arXiv:1706.06083",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params,
  async run(context) {
    const { x, eps = [], params, progress } = context;
    const norm = ballNorm(context.norm);
    const runs = eps.map(
      (budget): Run => ({ budget, best: zeros(x.shape), merit: new Float64Array(countOf(x)), left: null }),
    );
    const total = params.restarts * eps.length;
    for (let restart = 0; restart < params.restarts; restart++) {
      const draws = params.randomStart ? drawStarts(context, norm, restart, runs) : null;
      for (const [e, run] of runs.entries()) {
        const done = restart * eps.length + e;
        await restartAt(context, run, norm, draws, (part) => progress?.((done + part) / total));
      }
    }
    return runs.map(({ best }) => best);
  },
});

/** One budget's state. */
interface Run {
  readonly budget: number;
  readonly best: Batch;
  /** What each row of `best` is worth. */
  readonly merit: Float64Array;
  /** Rows that no restart has fooled; null before the first one. */
  left: readonly number[] | null;
}

/** One point of the unit ball a row, keyed by sample and restart; every eps scales the same draws. */
function drawStarts({ x, samples, rng }: Context, norm: BallNorm, restart: number, runs: readonly Run[]): Batch {
  const draws = zeros(x.shape);
  const isWanted = (i: number): boolean => runs.some(({ left }) => left === null || left.includes(i));
  for (const [i, sample] of samples.entries()) {
    if (isWanted(i)) drawFromUnitBall(row(draws, i), norm, rng(sample, restart));
  }
  return draws;
}

/** One restart at one budget, of the rows that are left. */
async function restartAt(
  context: Context,
  run: Run,
  norm: BallNorm,
  draws: Batch | null,
  progress: (part: number) => void,
): Promise<void> {
  const { model, goal, labels, grid, params } = context;
  const { budget, best, merit } = run;
  const isFirst = run.left === null;
  const rows = run.left ?? Array.from(labels.keys());
  if (rows.length === 0) return;
  const clean = gather(context.x, rows);
  const found = gather(context.x, rows);
  if (draws) {
    const start = gather(draws, rows).data;
    for (let i = 0; i < start.length; i++) {
      found.data[i] = (found.data[i] as number) + budget * (start[i] as number);
    }
  }
  const part = { labels: labelsAt(labels, rows), goal: goalOf(goal, rows) };
  await climb({ ...context, ...part }, found, ballAround(clean, budget, norm, model.bounds, grid), budget, progress);
  if (params.restarts === 1) {
    scatter(best, rows, found);
    return;
  }
  const { fooled, losses } = judged(await model.logits(found), part.labels, part.goal);
  const better = rows.flatMap((i, j) =>
    isFirst || fooled[j] || (losses[j] as number) > (merit[i] as number) ? [j] : [],
  );
  for (const j of better) merit[rows[j] as number] = losses[j] as number;
  scatter(
    best,
    better.map((j) => rows[j] as number),
    gather(found, better),
  );
  run.left = rows.filter((_, j) => !fooled[j]);
}

/** All steps of one restart at one eps, in place. */
async function climb(
  { model, labels, goal, params, signal }: Context,
  x: Batch,
  ball: Ball,
  eps: number,
  progress: (part: number) => void,
): Promise<void> {
  const dLogits = zeros([labels.length, model.classes]);
  ball.project(x.data);
  for (let step = 0; step < params.steps; step++) {
    stopIfAborted(signal);
    const pass = await model.open(x);
    crossEntropyAscent(pass.logits, labels, goal, dLogits);
    const gradient = await pass.backward(dLogits).finally(() => pass.close()); // [N, ...inputShape]
    ball.step(x.data, gradient.data, params.stepSize * eps);
    progress((step + 1) / params.steps);
  }
  ball.finish(x.data);
}

/** What restarts are compared by: whether the model is fooled, and the loss that was to be raised. */
function judged(logits: Batch, labels: Int32Array, goal: Goal): { fooled: boolean[]; losses: Float64Array } {
  const losses = Float64Array.from(labels, (label, i) =>
    goal.kind === "targeted" ? -crossEntropy(logits, i, goal.targets[i] as number) : crossEntropy(logits, i, label),
  );
  return { fooled: fooledRows(logits, labels, goal), losses };
}
