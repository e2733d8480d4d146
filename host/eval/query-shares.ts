/** What each budget of an attack cost its samples in queries, so that the lines of a sample add up to what was asked. */

export interface QueryShares {
  /** Queries from here on are for this budget. */
  begin(budget: number): void;
  /** @returns by budget and row; what was asked before any budget began is shared evenly, in whole numbers */
  end(): readonly (readonly number[])[];
}

/**
 * @param queries so far, by sample @param samples of the rows
 * @param budgets number of them, at least 1
 */
export function queryShares(
  queries: ReadonlyMap<number, number>,
  samples: readonly number[],
  budgets: number,
): QueryShares {
  const own = Array.from({ length: budgets }, () => samples.map(() => 0));
  const shared = samples.map(() => 0);
  const seen = samples.map(() => 0);
  let current = shared;
  const settle = (): void => {
    for (const [i, sample] of samples.entries()) {
      const asked = queries.get(sample) ?? 0;
      current[i] = (current[i] as number) + asked - (seen[i] as number);
      seen[i] = asked;
    }
  };
  return {
    begin(budget) {
      settle();
      current = own[budget] as number[];
    },
    end() {
      settle();
      const upTo = (total: number, count: number): number => Math.floor((total * count) / budgets);
      return own.map((row, b) =>
        row.map((asked, i) => {
          const total = shared[i] as number;
          return asked + upTo(total, b + 1) - upTo(total, b);
        }),
      );
    },
  };
}
