/** A measured share with its uncertainty. */

import { McuEvalError } from "../core/index.js";

export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
  /** numerator / denominator; null where nothing was counted. */
  readonly value: number | null;
  /** Bounds of the 95 % Wilson interval, 0 … 1; null where nothing was counted. */
  readonly low: number | null;
  readonly high: number | null;
}

/** The normal distribution's 97.5 % point. */
const Z95 = 1.959963984540054;

/**
 * The Wilson score interval (Wilson 1927, "Probable inference, the law of succession, and statistical
 * inference"), without continuity correction: sound for small counts and for shares near 0 and 1.
 *
 * @param z the normal quantile; the default gives 95 %
 * @returns null for a denominator of 0
 */
export function wilsonInterval(numerator: number, denominator: number, z = Z95): { low: number; high: number } | null {
  if (!(numerator >= 0 && numerator <= denominator)) {
    throw new McuEvalError("INTERNAL", `a share of ${numerator} in ${denominator} was asked for`);
  }
  if (denominator === 0) return null;
  const p = numerator / denominator;
  const weight = 1 + (z * z) / denominator;
  const centre = (p + (z * z) / (2 * denominator)) / weight;
  const half = (z / weight) * Math.sqrt((p * (1 - p)) / denominator + (z * z) / (4 * denominator * denominator));
  // At the ends the interval touches 0 and 1 exactly; rounding would leave it a hair off.
  return {
    low: numerator === 0 ? 0 : Math.max(0, centre - half),
    high: numerator === denominator ? 1 : Math.min(1, centre + half),
  };
}

/** A share with its 95 % interval. */
export function rateOf(numerator: number, denominator: number): Rate {
  const interval = wilsonInterval(numerator, denominator);
  return {
    numerator,
    denominator,
    value: denominator === 0 ? null : numerator / denominator,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}
