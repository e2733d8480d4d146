/** Counts what an attack asks for each sample, and what it may still ask. */

import { McuEvalError } from "../core/index.js";
import type { OracleClock } from "./oracle-clock.js";

export interface OracleLedger {
  /** Queries so far, by sample. */
  readonly queries: ReadonlyMap<number, number>;
  remaining(sample: number): number;
  /**
   * Counts one query a row.
   *
   * @returns which of its sample's queries each row is, counted from 0
   * @throws McuEvalError INTERNAL for a query beyond the budget
   */
  charge(samples: readonly number[]): number[];
}

/**
 * @param budget queries a sample may ask; absent where there is no limit
 * @param timeIsUp told once, when the clock ends the group
 * @param isKept whether a sample's query was answered in an earlier session: such an answer needs no time
 */
export function createOracleLedger(
  budget: number | undefined,
  clock: Pick<OracleClock, "isUp">,
  timeIsUp: () => void = () => undefined,
  isKept: (sample: number, place: number) => boolean = () => false,
): OracleLedger {
  const most = budget ?? Number.POSITIVE_INFINITY;
  const queries = new Map<number, number>();
  let isTold = false;
  return {
    queries,
    remaining(sample) {
      const place = queries.get(sample) ?? 0;
      if (!clock.isUp() || isKept(sample, place)) return most - place;
      if (!isTold) timeIsUp();
      isTold = true;
      return 0;
    },
    charge(samples) {
      return samples.map((sample) => {
        const place = queries.get(sample) ?? 0;
        if (place >= most) {
          throw new McuEvalError("INTERNAL", `sample ${sample} asked ${place + 1} queries, its budget is ${most}`);
        }
        queries.set(sample, place + 1);
        return place;
      });
    },
  };
}
