/** One line that says how far a command has come, how fast it goes and how long it will take. */

import { duration } from "../core/index.js";
import { errLine, type Io } from "./io.js";

export interface Progress {
  /** @param done work units so far @param total of how many @param detail what is going on, e.g. "pgd 2/5" */
  update(done: number, total: number, detail?: string): void;
  /** A line that stays. */
  note(line: string): void;
  /** Leaves the last state on screen. */
  end(): void;
}

export interface ProgressOptions {
  /** The unit of work in the plural, e.g. "inferences". */
  readonly unit: string;
  /** Milliseconds, from any origin. */
  readonly clock?: () => number;
}

/** Redraws at most this often on a terminal, in milliseconds. */
const TERMINAL_INTERVAL = 100;
/** Elsewhere, e.g. in a CI log, a line this often at first, and later whenever a sixtieth of the time so far has passed. */
const PLAIN_INTERVAL = 10_000;
const LONGEST_INTERVAL = 300_000;
const LINE_SHARE = 60;
/** The rate is that of this much of the past, so that it follows a change of phase. */
const RATE_WINDOW = 15_000;

const BAR_WIDTH = 24;
const ERASE_LINE = "\r\x1b[2K";

/** Shows progress on `io.err`: redrawn in place on a terminal, a plain line now and then otherwise. */
export function createProgress(io: Io, options: ProgressOptions): Progress {
  const clock = options.clock ?? (() => performance.now());
  const past: { at: number; done: number }[] = [];
  const began = clock();
  let shownAt = Number.NEGATIVE_INFINITY;
  let drawn = "";

  const draw = (line: string): void => {
    if (io.isTerminal) io.err(`${ERASE_LINE}${line.slice(0, io.columns - 1)}`);
    else errLine(io, line);
    drawn = line;
  };

  return {
    update(done, total, detail = "") {
      const now = clock();
      past.push({ at: now, done });
      while (past.length > 2 && now - (past[0]?.at ?? now) > RATE_WINDOW) past.shift();
      const isLast = done >= total;
      if (!isLast && now - shownAt < (io.isTerminal ? TERMINAL_INTERVAL : plainInterval(now - began))) return;
      shownAt = now;
      const line = describe(done, total, rateOf(past), options.unit, io.isTerminal);
      draw(detail === "" ? line : `${line}  ${detail}`);
    },
    note(line) {
      if (io.isTerminal && drawn !== "") {
        io.err(`${ERASE_LINE}${line}\n`);
        draw(drawn);
      } else {
        errLine(io, line);
      }
    },
    end() {
      if (io.isTerminal && drawn !== "") io.err("\n");
      drawn = "";
    },
  };
}

function plainInterval(elapsed: number): number {
  return Math.min(LONGEST_INTERVAL, Math.max(PLAIN_INTERVAL, elapsed / LINE_SHARE));
}

/** Units a second over the remembered past; null while it is too short to say. */
function rateOf(past: readonly { at: number; done: number }[]): number | null {
  const first = past[0];
  const last = past.at(-1);
  if (!first || !last || last.at <= first.at || last.done <= first.done) return null;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

function describe(done: number, total: number, rate: number | null, unit: string, withBar: boolean): string {
  const fraction = total > 0 ? done / total : 1;
  const filled = Math.round(fraction * BAR_WIDTH);
  const bar = withBar ? `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] ` : "";
  const speed = rate === null ? "" : `  ${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
  const left = rate === null || done >= total ? "" : `  ${duration((total - done) / rate)} left`;
  return `${bar}${done}/${total} ${unit} (${Math.floor(fraction * 100)} %)${speed}${left}`;
}
