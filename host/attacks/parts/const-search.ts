/**
 * The search for the constant that weighs fooling against staying near.
 *
 * Source: Carlini & Wagner 2017, arXiv:1608.04644, section V-B, with the figures of the authors' code:
 * ten times larger until a constant fools, then halfway between the largest that failed and the smallest
 * that fooled. Departs: without that code's last repetition at the upper bound, which ours, drawing
 * nothing at random, would answer the same.
 */

export interface ConstSearch {
  readonly value: number;
  /** Largest constant that failed. */
  readonly lower: number;
  /** Smallest constant that fooled; infinite before one did. */
  readonly upper: number;
}

export function startConst(initial: number): ConstSearch {
  return { value: initial, lower: 0, upper: Number.POSITIVE_INFINITY };
}

/** The constant to try next. @param fooled whether the last one led to a fooling point */
export function nextConst({ value, lower, upper }: ConstSearch, fooled: boolean): ConstSearch {
  const [low, high] = fooled ? [lower, Math.min(upper, value)] : [Math.max(lower, value), upper];
  return { value: Number.isFinite(high) ? (low + high) / 2 : 10 * value, lower: low, upper: high };
}
