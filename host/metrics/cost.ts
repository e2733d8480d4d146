/** What an attack asked of the models, per sample. */

import { percentiles } from "./spread.js";

/** What a sample's line says of its cost. */
export interface Spent {
  readonly passes?: { readonly forward: number; readonly backward: number } | undefined;
  readonly queries?: number | undefined;
}

export interface AttackCost {
  /** Means of the samples passed through networks with gradients. */
  readonly passes?: { readonly forward: number; readonly backward: number };
  readonly queries?: { readonly mean: number; readonly median: number; readonly most: number };
}

/** Of the samples that counted; a part that none counted is absent. */
export function costOf(samples: readonly Spent[]): AttackCost {
  const passes = samples.flatMap((one) => one.passes ?? []);
  const queries = samples.flatMap((one) => one.queries ?? []);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [median = 0, most = 0] = queries.length > 0 ? percentiles(queries, [50, 100]) : [];
  return {
    ...(passes.length > 0 && {
      passes: {
        forward: mean(passes.map(({ forward }) => forward)),
        backward: mean(passes.map(({ backward }) => backward)),
      },
    }),
    ...(queries.length > 0 && { queries: { mean: mean(queries), median, most } }),
  };
}
