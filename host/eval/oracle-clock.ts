/** Time and number of all that the oracles of a run were asked, and the end of that time. */

export interface OracleClock {
  /** Begins a group, which gets its share of the minutes that are left. @param groups this one and those after it */
  begin(groups: number): void;
  /** Whether the group's share is used up. */
  isUp(): boolean;
  /** Does one query, and counts its time. @param rows questions in it */
  time<T>(rows: number, query: () => Promise<T>): Promise<T>;
  /** Answered so far, in this session. */
  spent(): { readonly queries: number; readonly seconds: number };
}

export interface OracleClockOptions {
  /** Seconds for the whole run; absent where there is no limit. */
  readonly limit?: number | undefined;
  /** Seconds that earlier sessions used. */
  readonly used?: number;
  /** Milliseconds, from any origin. */
  readonly now?: () => number;
}

/** A clock that runs while at least one query is under way. */
export function createOracleClock(options: OracleClockOptions = {}): OracleClock {
  const { limit = Number.POSITIVE_INFINITY, used = 0, now = () => performance.now() } = options;
  let done = 0;
  let began = 0;
  let underWay = 0;
  let queries = 0;
  let end = Number.POSITIVE_INFINITY;
  const seconds = (): number => done + (underWay > 0 ? (now() - began) / 1000 : 0);
  return {
    begin(groups) {
      const left = Math.max(0, limit - used - seconds());
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
    spent: () => ({ queries, seconds: Math.round(seconds() * 1000) / 1000 }),
  };
}
