/** How numbers are spread: percentiles and histograms. */

import { McuEvalError } from "../core/index.js";

/**
 * Percentiles by linear interpolation between the order statistics (numpy's default, Hyndman & Fan's
 * type 7).
 *
 * @param values at least one, in any order
 * @param percents each 0 … 100
 */
export function percentiles(values: readonly number[], percents: readonly number[]): number[] {
  if (values.length === 0) throw new McuEvalError("INTERNAL", "percentiles of no values were asked for");
  const sorted = Float64Array.from(values).sort();
  return percents.map((percent) => {
    const place = (percent / 100) * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below] as number;
    const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
    // Without this an infinite neighbour would turn a whole place into NaN.
    return place === below ? low : low + (high - low) * (place - below);
  });
}

export interface Histogram {
  /** One more than there are bins, ascending. */
  readonly edges: readonly number[];
  /** Values in [edge i, edge i + 1); the last bin holds its upper edge too. */
  readonly counts: readonly number[];
}

/**
 * Equally wide bins from the smallest to the largest value.
 *
 * @param values at least one; when all are equal, they share one bin of no width
 */
export function histogram(values: readonly number[], bins: number): Histogram {
  if (values.length === 0 || bins < 1) {
    throw new McuEvalError("INTERNAL", `a histogram of ${values.length} values in ${bins} bins was asked for`);
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return { edges: [low, high], counts: [values.length] };
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges: Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width)), counts };
}
