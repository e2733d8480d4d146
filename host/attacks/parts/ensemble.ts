/** What an ensemble has found so far at one budget. */

import {
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  type Norm,
  row,
  STEP_TOLERANCE,
} from "../../core/index.js";
import type { Goal } from "../attack.js";
import { goalOf, isFooled, labelsAt, margins } from "./goal.js";
import { distanceBetween } from "./length.js";

interface Problem {
  readonly model: GradientModel;
  /** Clean samples, [N, ...inputShape]. */
  readonly x: Batch;
  readonly labels: Int32Array;
  readonly goal: Goal;
  readonly norm: Norm;
  readonly grid?: Grid | undefined;
}

export interface BudgetState {
  readonly eps: number;
  /** Best points so far, [N, ...inputShape]. */
  readonly points: Batch;
  readonly isFooled: boolean[];
  /** Of `points`; -Infinity before the first offer. */
  readonly margins: Float64Array;
  /** The part that fooled a row; null where none did, or none was needed. */
  readonly foundBy: (string | null)[];
}

/** Before any part has run. @param unmoved the clean samples, on the grid where there is one */
export function stateOf(unmoved: Batch, eps: number, isFooledClean: readonly boolean[]): BudgetState {
  return {
    eps,
    points: { data: unmoved.data.slice(), shape: unmoved.shape },
    isFooled: [...isFooledClean],
    margins: new Float64Array(countOf(unmoved)).fill(Number.NEGATIVE_INFINITY),
    foundBy: isFooledClean.map(() => null),
  };
}

/** Rows that are not fooled yet. */
export function resisting({ isFooled }: BudgetState): number[] {
  return Array.from(isFooled.keys()).filter((i) => !isFooled[i]);
}

/** Takes what a smaller budget fooled: its points are within this one too. */
export function inherit(state: BudgetState, smaller: BudgetState | undefined): void {
  if (smaller === undefined) return;
  for (const i of resisting(state)) if (smaller.isFooled[i]) copyRow(state, smaller, i);
}

function copyRow(state: BudgetState, from: BudgetState, i: number): void {
  row(state.points, i).set(row(from.points, i));
  state.margins[i] = from.margins[i] as number;
  state.isFooled[i] = true;
  state.foundBy[i] = from.foundBy[i] as string | null;
}

/**
 * Whether a point of the minimal family is within the budget of row i of the problem; a point equal to the
 * clean sample is none.
 */
export function isWithin({ x, norm, grid }: Problem, { eps }: BudgetState, point: Float32Array, i: number): boolean {
  const length = distanceBetween(point, row(x, i), norm);
  return length > 0 && length <= eps + (grid ? STEP_TOLERANCE * grid.scale : 0);
}

/**
 * Judges what a part proposes for some rows that are not fooled yet, and takes what fools, or has the larger
 * margin.
 *
 * @param points [rows, ...inputShape], within the budget
 */
export async function offer(
  { model, labels, goal }: Problem,
  state: BudgetState,
  rows: readonly number[],
  points: Batch,
  part: string,
): Promise<void> {
  const logits = await model.logits(points);
  const own = { labels: labelsAt(labels, rows), goal: goalOf(goal, rows) };
  const reached = margins(logits, own.labels, own.goal);
  for (const [j, i] of rows.entries()) {
    const fools = isFooled(row(logits, j), own.labels, own.goal, j);
    if (!fools && !((reached[j] as number) > (state.margins[i] as number))) continue;
    row(state.points, i).set(row(points, j));
    state.margins[i] = reached[j] as number;
    state.isFooled[i] = fools;
    state.foundBy[i] = fools ? part : null;
  }
}
