/** Where targeted attacks on labels begin: random points hardly ever are of the target class. */

import { type Batch, row, zeros } from "../core/index.js";
import type { Samples } from "./evaluate.js";

/**
 * For each row the run's next sample that is labelled with its target, the first one after the last; NaN where
 * there is none. It depends on the run's samples, and not on how they are batched.
 *
 * @param first number of the first row within the run @param targets of the rows
 * @returns [N, ...inputShape]
 */
export function startsOf(samples: Samples, first: number, targets: Int32Array): Batch {
  const { count } = samples;
  const [, ...shape] = samples.clean(first, first + 1).shape;
  const starts = zeros([targets.length, ...shape]);
  for (const [i, target] of targets.entries()) {
    const found = Array.from({ length: count }, (_, k) => (first + i + k) % count).find(
      (at) => samples.subject(at, null).label === target,
    );
    if (found === undefined) row(starts, i).fill(Number.NaN);
    else row(starts, i).set(samples.clean(found, found + 1).data);
  }
  return starts;
}
