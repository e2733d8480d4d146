/** What a command may do to the outside: two streams, a terminal's width, and being told to stop. */

export interface Io {
  /** Results: what a pipe should receive. */
  out(text: string): void;
  /** Progress, warnings, errors. */
  err(text: string): void;
  /** Whether `err` is a terminal: progress is then redrawn in place. */
  readonly isTerminal: boolean;
  /** Width of that terminal, in characters. */
  readonly columns: number;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Writes one line of results. */
export function outLine(io: Io, line = ""): void {
  io.out(`${line}\n`);
}

/** Writes one line of progress or warning. */
export function errLine(io: Io, line = ""): void {
  io.err(`${line}\n`);
}
