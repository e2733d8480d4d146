/** Time and number of all that the oracles of a run were asked, and the end of that time. */

import type { OracleSpent } from "../data/index.js";

export interface OracleClock {
  /** Begins a group, which gets its share of the minutes that are left. @param groups this one and those after it */
  begin(groups: number): void;
  /** Whether the group's share is used up. */
  isUp(): boolean;
  /** Does one query, and counts its time. @param rows questions in it */
  time<T>(rows: number, query: () => Promise<T>): Promise<T>;
  /** Answered so far, in this session. */
  spent(): OracleSpent;
  /** The same with what earlier sessions used. */
  total(): OracleSpent;
}

export interface OracleClockOptions {
  /** Seconds for the whole run; absent where there is no limit. */
  readonly limit?: number | undefined;
  /** By earlier sessions. */
  readonly used?: OracleSpent;
  /** Milliseconds, from any origin. */
  readonly now?: () => number;
}

const NOTHING: OracleSpent = { queries: 0, seconds: 0 };

/** A clock that runs while at least one query is under way. */
export function createOracleClock(options: OracleClockOptions = {}): OracleClock {
  const { limit = Number.POSITIVE_INFINITY, used = NOTHING, now = () => performance.now() } = options;
  let done = 0;
  let began = 0;
  let underWay = 0;
  let queries = 0;
  let end = Number.POSITIVE_INFINITY;
  const seconds = (): number => done + (underWay > 0 ? (now() - began) / 1000 : 0);
  return {
    begin(groups) {
      const left = Math.max(0, limit - used.seconds - seconds());
      end = seconds() + left / groups;
    },
    isUp: () => seconds() >= end,
    async time(rows, query) {
      if (underWay++ === 0) began = now();
      try {
        const answers = await query();
        queries += rows;
        return answers;
      } finally {
        if (--underWay === 0) done += (now() - began) / 1000;
      }
    },
    spent: () => ({ queries, seconds: milliseconds(seconds()) }),
    total: () => ({ queries: used.queries + queries, seconds: milliseconds(used.seconds + seconds()) }),
  };
}

/** Seconds, to the millisecond. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
