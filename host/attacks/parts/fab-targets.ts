/** FAB over the likeliest other classes, and its final search. */

import { type Batch, type GradientModel, gather, row, rowSize, zeros } from "../../core/index.js";
import { type AttackContext, stopIfAborted } from "../attack.js";
import { count, number, type ValuesOf } from "../params.js";
import { ballNorm } from "./ball.js";
import { fabTowards, type Smallest } from "./fab.js";
import { fooledRows, goalOf, isFooled, labelsAt, margins } from "./goal.js";
import { distanceBetween } from "./length.js";
import { leading, strongestOther } from "./row-losses.js";

const PAPER = "Croce & Hein 2020, arXiv:1907.02044";
const ENSEMBLE = "Croce & Hein 2020, arXiv:2003.01690, section 6";

type Count = ReturnType<typeof count>;
type Real = ReturnType<typeof number>;

export const fabParams: {
  readonly steps: Count;
  readonly targetClasses: Count;
  readonly alphaMax: Real;
  readonly overshoot: Real;
  readonly backward: Real;
  readonly searchSteps: Count;
} = {
  steps: count(100, 1, { help: "iterations a class", source: ENSEMBLE, reason: "the standard ensemble's" }),
  targetClasses: count(9, 1, {
    help: "classes that are tried as targets, likeliest first; as many as there are where this is more",
    source: ENSEMBLE,
    reason: "the standard ensemble's: all others of 10 classes",
  }),
  alphaMax: number(0.1, 0, 1, {
    help: "largest weight of the clean sample's projection in a step",
    source: `${PAPER}, section 4`,
    reason: "the paper's",
  }),
  overshoot: number(1.05, 1, 10, {
    help: "factor by which a step goes beyond the projection",
    source: `${PAPER}, section 4`,
    reason: "the paper's",
  }),
  backward: number(0.9, 0, 1, {
    help: "where a fooling point continues from: this share of its way from the clean sample",
    source: `${PAPER}, section 4`,
    reason: "the paper's",
  }),
  searchSteps: count(3, 0, {
    help: "steps of the final search between the clean sample and the point found",
    source: `${PAPER}, section 3.3`,
    reason: "the paper's; the ensemble's code leaves it out",
  }),
};

export type FabTargetsSettings = ValuesOf<typeof fabParams>;

/**
 * The smallest perturbation of each row over all target classes; a targeted goal leaves its target alone,
 * whose strongest rival at each point takes the label's place.
 *
 * @param enough [N] norm of each row at which the work on it may end; 0 looks for the smallest
 * @returns rows that are fooled clean with norm 0; norm Infinity, and the clean sample, where nothing fools
 */
export async function fabOverTargets(
  context: AttackContext<GradientModel, FabTargetsSettings>,
  enough: Float64Array,
): Promise<Smallest> {
  const { model, x, labels, goal, params, signal, progress } = context;
  const norm = ballNorm(context.norm);
  stopIfAborted(signal);
  const clean = await model.logits(x);
  const isDone = fooledRows(clean, labels, goal);
  const smallest: Smallest = {
    points: { data: x.data.slice(), shape: x.shape },
    norms: Float64Array.from(labels, (_, i) => (isDone[i] ? 0 : Number.POSITIVE_INFINITY)),
  };
  const rows = Array.from(labels.keys()).filter((i) => !isDone[i]);
  const others = Array.from(labels, (label, i) => leading(row(clean, i), model.classes).filter((k) => k !== label));
  const runs = goal.kind === "targeted" ? 1 : Math.min(params.targetClasses, model.classes - 1);
  for (let run = 0; run < runs; run++) {
    const target = (i: number): number =>
      goal.kind === "targeted" ? (goal.targets[i] as number) : (others[i]?.[run] as number);
    await fabTowards({
      model,
      x,
      norm,
      settings: params,
      rows,
      target,
      rival: (i, logits) => (goal.kind === "targeted" ? strongestOther(logits, target(i)) : (labels[i] as number)),
      isFooled: (i, predicted) => (goal.kind === "targeted" ? predicted === target(i) : predicted !== labels[i]),
      smallest,
      isEnough: (i, found) => found <= (enough[i] as number),
      signal,
      progress: (part) => progress?.((run + part) / runs),
    });
  }
  const found = rows.filter(
    (i) => Number.isFinite(smallest.norms[i]) && (smallest.norms[i] as number) > (enough[i] as number),
  );
  if (found.length > 0) await searchBack(context, found, clean, smallest);
  return smallest;
}

/** How far beyond the estimated boundary the search tries, as a share of the way left to the fooling end. */
const BEYOND = 0.01;

/**
 * The final search of section 3.3: false position between the clean sample and the point found, on the
 * margin, so that the result lies at the boundary itself.
 *
 * Departs: each try goes a hair beyond the estimate, which else lands on either side of it by rounding.
 */
async function searchBack(
  { model, x, labels, goal, norm, params, signal }: AttackContext<GradientModel, FabTargetsSettings>,
  rows: readonly number[],
  cleanLogits: Batch,
  smallest: Smallest,
): Promise<void> {
  if (params.searchSteps === 0) return;
  const own = { labels: labelsAt(labels, rows), goal: goalOf(goal, rows) };
  const clean = gather(x, rows);
  const found = gather(smallest.points, rows);
  const size = rowSize(x);
  // Shares of the way from the clean sample, with the margins there.
  const low = new Float64Array(rows.length);
  const high = new Float64Array(rows.length).fill(1);
  const lowMargins = margins(gather(cleanLogits, rows), own.labels, own.goal);
  const highMargins = margins(await model.logits(found), own.labels, own.goal);
  for (let step = 0; step < params.searchSteps; step++) {
    stopIfAborted(signal);
    const tried = zeros(clean.shape);
    const shares = low.map((from, j) => {
      const [below, above] = [lowMargins[j] as number, highMargins[j] as number];
      const estimate = above > below ? -below / (above - below) : 1;
      const share = from + ((high[j] as number) - from) * (estimate + BEYOND * (1 - estimate));
      for (let k = j * size; k < (j + 1) * size; k++) {
        const origin = clean.data[k] as number;
        tried.data[k] = origin + share * ((found.data[k] as number) - origin);
      }
      return share;
    });
    const logits = await model.logits(tried);
    const reached = margins(logits, own.labels, own.goal);
    for (const [j, i] of rows.entries()) {
      if (!isFooled(row(logits, j), own.labels, own.goal, j)) {
        low[j] = shares[j] as number;
        lowMargins[j] = reached[j] as number;
        continue;
      }
      high[j] = shares[j] as number;
      highMargins[j] = reached[j] as number;
      const length = distanceBetween(row(tried, j), row(clean, j), norm);
      if (length >= (smallest.norms[i] as number)) continue;
      smallest.norms[i] = length;
      row(smallest.points, i).set(row(tried, j));
    }
  }
}
