/** The gradient of the margin with respect to the logits. */

import { type Batch, countOf, row, zeros } from "../../core/index.js";
import type { Goal } from "../attack.js";

/**
 * +1 for what a goal wants to grow and -1 for what it wants to shrink: the label against the largest other
 * logit, or the target against it. See `margins`.
 *
 * @param logits [N, classes] @returns [N, classes]
 */
export function marginAscent(logits: Batch, labels: Int32Array, goal: Goal): Batch {
  const out = zeros(logits.shape);
  for (let i = 0; i < countOf(logits); i++) {
    const own = goal.kind === "targeted" ? (goal.targets[i] as number) : (labels[i] as number);
    const values = row(logits, i);
    let other = own === 0 ? 1 : 0;
    for (let k = 0; k < values.length; k++) {
      if (k !== own && (values[k] as number) > (values[other] as number)) other = k;
    }
    const sign = goal.kind === "targeted" ? 1 : -1;
    row(out, i)[own] = sign;
    row(out, i)[other] = -sign;
  }
  return out;
}
