/** Whether two engines that saw the same samples differ by more than chance. */

import { McuEvalError } from "../core/index.js";

export interface McNemar {
  /** Samples that only the first engine had right. */
  readonly b: number;
  /** Samples that only the second engine had right. */
  readonly c: number;
  /** Two-sided p of the exact test. */
  readonly p: number;
}

/**
 * McNemar's exact test (binomial, two-sided): the chance of a split at least as uneven as b to c when
 * each disagreement falls either way with probability 1/2. Without disagreements p is 1.
 *
 * @param b @param c counts of the two kinds of disagreement
 */
export function mcnemarExact(b: number, c: number): number {
  if (!(Number.isInteger(b) && Number.isInteger(c) && b >= 0 && c >= 0)) {
    throw new McuEvalError("INTERNAL", `McNemar's test needs two counts, got ${b} and ${c}`);
  }
  const n = b + c;
  // Summed as logarithms relative to the largest term, the last one: 2^-n underflows beyond n = 1074.
  const logs: number[] = [];
  let log = -n * Math.LN2;
  for (let k = 0; k <= Math.min(b, c); k++) {
    if (k > 0) log += Math.log((n - k + 1) / k);
    logs.push(log);
  }
  const tail = logs.reduceRight((sum, term) => sum + Math.exp(term - log), 0) * Math.exp(log);
  return Math.min(1, 2 * tail);
}

/** Counts the disagreements of two engines on the same samples and tests them. */
export function mcnemarOf(labels: ArrayLike<number>, first: ArrayLike<number>, second: ArrayLike<number>): McNemar {
  let b = 0;
  let c = 0;
  for (let i = 0; i < labels.length; i++) {
    const isFirstRight = first[i] === labels[i];
    const isSecondRight = second[i] === labels[i];
    if (isFirstRight && !isSecondRight) b++;
    if (!isFirstRight && isSecondRight) c++;
  }
  return { b, c, p: mcnemarExact(b, c) };
}
