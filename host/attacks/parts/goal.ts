/** What counts as fooled while an attack searches. The judge decides anew on what the attack returns. */

import { argmax, type Batch, countOf, row } from "../../core/index.js";
import type { Goal } from "../attack.js";

/**
 * How far each row is beyond the decision boundary in scores; above 0 it is fooled, below 0 it is not.
 *
 * Untargeted: largest other score - label's score. Targeted: target's score - largest other score.
 *
 * @param scores [N, classes] @param labels [N]
 * @returns [N]
 */
export function margins(scores: Batch, labels: Int32Array, goal: Goal): Float64Array {
  const out = new Float64Array(countOf(scores));
  for (let i = 0; i < out.length; i++) {
    const own = goal.kind === "targeted" ? (goal.targets[i] as number) : (labels[i] as number);
    const values = row(scores, i);
    let other = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < values.length; k++) if (k !== own) other = Math.max(other, values[k] as number);
    const lead = (values[own] as number) - other;
    out[i] = goal.kind === "targeted" ? lead : -lead;
  }
  return out;
}

/** Whether one row's prediction meets the goal, ties resolved as the judge resolves them. @param i the row's place in labels and targets */
export function isFooled(scores: ArrayLike<number>, labels: Int32Array, goal: Goal, i: number): boolean {
  const predicted = argmax(scores);
  return goal.kind === "targeted" ? predicted === goal.targets[i] : predicted !== labels[i];
}

/** `isFooled` of every row of [N, classes]. */
export function fooledRows(scores: Batch, labels: Int32Array, goal: Goal): boolean[] {
  return Array.from({ length: countOf(scores) }, (_, i) => isFooled(row(scores, i), labels, goal, i));
}

/** The goal of some of the rows, in the order of `rows`. */
export function goalOf(goal: Goal, rows: readonly number[]): Goal {
  return goal.kind === "untargeted"
    ? goal
    : { kind: "targeted", targets: Int32Array.from(rows, (i) => goal.targets[i] as number) };
}

/** Labels of some of the rows. */
export function labelsAt(labels: Int32Array, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (i) => labels[i] as number);
}
