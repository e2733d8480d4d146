/**
 * Several runs of APGD at several budgets: what the attacks that climb with it have in common.
 *
 * Departs from the authors' code: a budget keeps the point that fooled at a smaller one where its own runs
 * do not fool, so that success never falls as the budget grows; starts are uniform in the ball, where that
 * code puts them on its surface.
 */

import { type Batch, countOf, type GradientModel, gather, row, snapToGrid, zeros } from "../../core/index.js";
import { type AttackContext, stopIfAborted } from "../attack.js";
import { count, flag, number } from "../params.js";
import { climb } from "./apgd.js";
import { ballNorm, drawFromUnitBall } from "./ball.js";
import { fooledRows, goalOf, labelsAt, margins } from "./goal.js";
import type { RowLoss } from "./row-losses.js";

const PAPER = "Croce & Hein 2020, arXiv:2003.01690";

type Count = ReturnType<typeof count>;

export const apgdParams: {
  readonly steps: Count;
  readonly restarts: Count;
  readonly rho: ReturnType<typeof number>;
  readonly earlyStop: ReturnType<typeof flag>;
} = {
  steps: count(100, 1, {
    help: "gradient steps a run",
    source: `${PAPER}, section 6`,
    reason: "the standard ensemble's; the step size adapts itself to the number",
  }),
  restarts: count(1, 1, {
    help: "runs from independent random starts; later ones for samples that are not fooled",
    source: `${PAPER}, section 6 (standard version of the authors' code)`,
    reason: "time grows with it, and another loss finds more than another start",
  }),
  rho: number(0.75, 0, 1, {
    help: "share of the steps between two checkpoints that must raise the loss, or the step is halved",
    source: `${PAPER}, section 3.2`,
    reason: "the paper's",
  }),
  earlyStop: flag(false, {
    help: "leave a sample at its first fooling point; off, its run is finished and its highest loss kept",
    source: "the authors' code, which finishes the run",
    reason: "a first fooling point lies close to the boundary, and rounding to the input grid undoes many of them",
  }),
};

interface Params {
  readonly steps: number;
  readonly rho: number;
  readonly earlyStop: boolean;
}

/**
 * The loss of a run for some of the rows.
 *
 * @param rows rows of the context's x @param cleanLogits [N, classes] of all rows, on the grid where there is one
 */
export type LossOfRun = (run: number, rows: readonly number[], cleanLogits: Batch) => RowLoss;

interface Found {
  readonly points: Batch;
  readonly isFooled: boolean[];
  /** Of `points`, by which runs are compared. */
  readonly margins: Float64Array;
}

/** `runs` runs for every budget, each on what is not fooled yet. One batch an eps. */
export async function runApgd(
  context: AttackContext<GradientModel, Params>,
  runs: number,
  lossOf: LossOfRun,
): Promise<Batch[]> {
  const { model, x, labels, goal, eps = [], grid, progress, signal } = context;
  stopIfAborted(signal);
  // Asked as it would be returned: a clean sample off the grid may fool where its nearest grid point does not.
  const unmoved = grid ? snapToGrid(x.data, grid) : x.data;
  const clean = await model.logits({ data: unmoved, shape: x.shape });
  const isFooledClean = fooledRows(clean, labels, goal);
  const results = new Map<number, Batch>();
  let smaller: Found | undefined;
  const ascending = [...new Set(eps)].sort((a, b) => a - b);
  for (const [e, budget] of ascending.entries()) {
    const found: Found = {
      points: { data: unmoved.slice(), shape: x.shape },
      isFooled: isFooledClean.slice(),
      margins: new Float64Array(countOf(x)).fill(Number.NEGATIVE_INFINITY),
    };
    for (let run = 0; run < runs; run++) {
      const rows = Array.from(labels.keys()).filter((i) => !found.isFooled[i]);
      if (rows.length === 0) break;
      const done = e * runs + run;
      const tell = (part: number): void => progress?.((done + part) / (ascending.length * runs));
      await runOnce({ ...context, progress: tell }, budget, run, rows, lossOf(run, rows, clean), found);
    }
    if (smaller) keepFooled(found, smaller);
    results.set(budget, found.points);
    smaller = found;
    progress?.((e + 1) / ascending.length);
  }
  return eps.map((budget) => results.get(budget) as Batch);
}

/** One run of some rows; what it did better goes to `found`. */
async function runOnce(
  { model, x, labels, goal, samples, norm, grid, params, rng, signal, progress }: AttackContext<GradientModel, Params>,
  eps: number,
  run: number,
  rows: readonly number[],
  loss: RowLoss,
  found: Found,
): Promise<void> {
  const clean = gather(x, rows);
  const start = zeros(clean.shape);
  for (const [j, i] of rows.entries()) {
    const [point, origin] = [row(start, j), row(clean, j)];
    drawFromUnitBall(point, ballNorm(norm), rng(samples[i] as number, run));
    for (let k = 0; k < point.length; k++) point[k] = (origin[k] as number) + eps * (point[k] as number);
  }
  const own = { labels: labelsAt(labels, rows), goal: goalOf(goal, rows) };
  const climbed = await climb({
    model,
    x: clean,
    start,
    eps,
    norm: ballNorm(norm),
    grid,
    loss,
    isFooled: (predicted, j) =>
      own.goal.kind === "targeted" ? predicted === own.goal.targets[j] : predicted !== own.labels[j],
    steps: params.steps,
    rho: params.rho,
    stopsEarly: params.earlyStop,
    signal,
    progress,
  });
  const reached = margins(climbed.logits, own.labels, own.goal);
  for (const [j, i] of rows.entries()) {
    const isFooled = climbed.isFooled[j] === true;
    const isBetter = isFooled === found.isFooled[i] ? (reached[j] as number) > (found.margins[i] as number) : isFooled;
    if (!isBetter) continue;
    row(found.points, i).set(row(climbed.points, j));
    found.isFooled[i] = isFooled;
    found.margins[i] = reached[j] as number;
  }
}

/** Rows that a smaller budget fooled and this one did not. */
function keepFooled(found: Found, smaller: Found): void {
  for (const [i, isFooled] of found.isFooled.entries()) {
    if (isFooled || !smaller.isFooled[i]) continue;
    row(found.points, i).set(row(smaller.points, i));
    found.isFooled[i] = true;
    found.margins[i] = smaller.margins[i] as number;
  }
}
