/** The bounds of all waits. proto/wire.md, section 8. */

/** In milliseconds, but for `repetitions`. */
export interface Timing {
  /** First wait for a HelloReply; doubles with each attempt up to helloMost. */
  readonly hello: number;
  readonly helloMost: number;
  /** All attempts of Hello together. */
  readonly open: number;
  /** Upper bound of one Invoke. */
  readonly invoke: number;
  /** A request without Invoke, transfer apart. */
  readonly reply: number;
  /** Waiting for credit before a Sync, transfer apart. */
  readonly credit: number;
  /** Of a request or a Sync that was not answered. */
  readonly repetitions: number;
}

export const TIMING: Timing = {
  hello: 500,
  helloMost: 4_000,
  open: 15_000,
  invoke: 60_000,
  reply: 1_000,
  credit: 250,
  repetitions: 5,
};

/** An Invoke is waited for this many times as long as the slowest one so far. */
const SLOWER = 8;

/** Busy may put off the end of a wait up to this many times the bound of one Invoke. */
export const BUSY_MOST = 10;

/** Time for bytes to travel; 0 where the port has no speed. */
export function transfer(bytes: number, baud: number | null): number {
  return baud === null ? 0 : (bytes * 10_000) / baud;
}

/** Wait for HelloReply after attempt k = 0, 1, … */
export function helloWait(timing: Timing, k: number): number {
  return Math.min(timing.hello * 2 ** k, timing.helloMost);
}

/**
 * First wait for the reply to an Infer or Profile.
 *
 * @param slowest the longest such wait of this session that was answered, or null before the first
 */
export function invokeWait(timing: Timing, slowest: number | null): number {
  return timing.reply + (slowest === null ? timing.invoke : Math.min(timing.invoke, SLOWER * slowest));
}

/** Wait after repetition k = 0 (the first time), 1, … of a request. */
export function repeatedWait(timing: Timing, first: number, k: number): number {
  return k === 0 ? first : Math.min(first * 2 ** k, Math.max(first, timing.reply + timing.invoke));
}
