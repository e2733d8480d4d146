/** When to leave off a minimisation that no longer gets anywhere. */

/** Progress worth the name: the figure of Carlini & Wagner's code. */
const PROGRESS = 0.9999;

/** The smallest objective so far, and how many steps have passed since. */
export interface Patience {
  best: number;
  stale: number;
}

export function newPatience(): Patience {
  return { best: Number.POSITIVE_INFINITY, stale: 0 };
}

/** Notes a step's objective. @returns whether `allowed` steps have now passed without progress over the best */
export function isStuck(patience: Patience, objective: number, allowed: number): boolean {
  if (objective <= PROGRESS * patience.best) {
    patience.best = objective;
    patience.stale = 0;
  } else patience.stale++;
  return patience.stale >= allowed;
}
