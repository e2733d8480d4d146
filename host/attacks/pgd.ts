/**
 * PGD: climb the loss in small steps of a norm's steepest ascent, staying inside the eps-ball.
 *
 * Source: Madry et al. 2018, arXiv:1706.06083, section 2.1; l2 as in its section 5.1. A restart costs
 * `steps` forward and backward passes, and one forward pass more to compare where there are several.
 * Departs: the best of several restarts is kept for each sample (fooled before not fooled, then by
 * loss); on a grid the iterate stays continuous, and only what is returned is rounded, inside the ball.
 */

import { argmax, type Batch, type GradientModel, row, rowSize, zeros } from "../core/index.js";
import { type AttackContext, defineAttack, type Goal, stopIfAborted } from "./attack.js";
import { count, flag, fraction, type ValuesOf } from "./params.js";
import { type Ball, type BallNorm, ballAround, ballNorm, drawFromUnitBall } from "./parts/ball.js";
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
    help: "independent starts; the best result of each sample is kept",
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
    const { model, x, eps = [], grid, params, progress } = context;
    const norm = ballNorm(context.norm);
    const balls = eps.map((budget) => ballAround(x, budget, norm, model.bounds, grid));
    const best: Batch[] = [];
    const bestMerit: Float64Array[] = [];
    const total = params.restarts * eps.length;
    for (let restart = 0; restart < params.restarts; restart++) {
      const draws = params.randomStart ? drawStarts(context, norm, restart) : null;
      for (const [e, budget] of eps.entries()) {
        const found = { data: x.data.slice(), shape: x.shape };
        if (draws)
          for (let i = 0; i < draws.length; i++)
            found.data[i] = (found.data[i] as number) + budget * (draws[i] as number);
        const done = restart * eps.length + e;
        await climb(context, found, balls[e] as Ball, budget, (part) => progress?.((done + part) / total));
        if (params.restarts === 1) {
          best.push(found);
          continue;
        }
        const merit = merits(await model.logits(found), context.labels, context.goal);
        if (restart === 0) {
          best.push(found);
          bestMerit.push(merit);
        } else keepBetter(best[e] as Batch, bestMerit[e] as Float64Array, found, merit);
      }
    }
    return best;
  },
});

/** One point of the unit ball a row, keyed by sample and restart; every eps scales the same draws. */
function drawStarts({ x, samples, rng }: Context, norm: BallNorm, restart: number): Float32Array {
  const draws = zeros(x.shape);
  for (const [i, sample] of samples.entries()) drawFromUnitBall(row(draws, i), norm, rng(sample, restart));
  return draws.data;
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

/** What restarts are compared by: the loss to be raised, plus a bonus beyond any loss where the model is fooled. */
function merits(logits: Batch, labels: Int32Array, goal: Goal): Float64Array {
  const merit = new Float64Array(labels.length);
  for (let i = 0; i < merit.length; i++) {
    const label = labels[i] as number;
    const predicted = argmax(row(logits, i));
    const target = goal.kind === "targeted" ? (goal.targets[i] as number) : null;
    const isFooled = target === null ? predicted !== label : predicted === target;
    const loss = target === null ? crossEntropy(logits, i, label) : -crossEntropy(logits, i, target);
    merit[i] = loss + (isFooled ? FOOLED : 0);
  }
  return merit;
}

/** Beyond any difference of float32 logits a network gives, and far from where a double loses the loss's digits. */
const FOOLED = 1e9;

/** Takes over the rows that did better; on a tie the earlier restart stays. */
function keepBetter(best: Batch, bestMerit: Float64Array, found: Batch, merit: Float64Array): void {
  const size = rowSize(best);
  for (let i = 0; i < merit.length; i++) {
    if (!((merit[i] as number) > (bestMerit[i] as number))) continue;
    bestMerit[i] = merit[i] as number;
    best.data.set(found.data.subarray(i * size, (i + 1) * size), i * size);
  }
}
