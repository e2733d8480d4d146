/** The one error class of this project, its codes, and the exit code each leads to. */

export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  device: 3,
  data: 4,
  requirement: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What failed, as a stable name; the value is the exit code of a command that ends with it. */
export const ERROR_CODES = {
  /** A flag, argument or combination of them that the command does not accept. */
  USAGE: EXIT.usage,
  /** A board id that no board file has. */
  BOARD_UNKNOWN: EXIT.usage,
  /** A model id or path that leads to no model. */
  MODEL_UNKNOWN: EXIT.usage,
  /** An attack id that no attack has, or a parameter it does not take. */
  ATTACK_UNKNOWN: EXIT.usage,
  /** An eps that is negative or cannot be parsed. */
  EPS_INVALID: EXIT.usage,
  /** A run folder that exists already, or belongs to other settings. */
  RUN_CONFLICT: EXIT.usage,
  /** A program, library or package that this step needs is not installed. */
  TOOL_MISSING: EXIT.device,
  /** The firmware image could not be built. */
  BUILD_FAILED: EXIT.device,
  /** The board, emulator or native process could not be started or opened. */
  DEVICE_OPEN: EXIT.device,
  /** The board, emulator or native process went away. */
  DEVICE_LOST: EXIT.device,
  /** The board reported a fault (hard fault, watchdog) of its own. */
  DEVICE_FAULT: EXIT.device,
  /** The board answered a request with an error. */
  DEVICE_ERROR: EXIT.device,
  /** The other end speaks another protocol version. */
  LINK_VERSION: EXIT.device,
  /** No answer within the bound after all retries. */
  LINK_TIMEOUT: EXIT.device,
  /** Bytes that must not occur on an intact link, more often than retries can mend. */
  LINK_CORRUPT: EXIT.device,
  /** A file that is truncated, foreign, or does not follow its schema. */
  FILE_INVALID: EXIT.data,
  /** A file that is not there or may not be read. */
  FILE_MISSING: EXIT.data,
  /** A file whose hash is not the one on record. */
  HASH_MISMATCH: EXIT.data,
  /** A write that failed: disk full, no permission. */
  WRITE_FAILED: EXIT.data,
  /** A model that cannot run here: unsupported operator, version or quantisation. */
  MODEL_UNSUPPORTED: EXIT.data,
  /** A model whose arena or size does not fit the board. */
  MODEL_TOO_LARGE: EXIT.data,
  /** Data whose shape, type or range does not fit the model. */
  DATA_MISMATCH: EXIT.data,
  /** A label outside the model's classes. */
  LABEL_RANGE: EXIT.data,
  /** NaN or infinity where a finite number was expected. */
  NOT_FINITE: EXIT.data,
  /** A result below a `--require` threshold. */
  REQUIREMENT: EXIT.requirement,
  /** Stopped by Ctrl-C or SIGTERM. */
  INTERRUPTED: EXIT.interrupted,
  /** A state that the code rules out: a bug of ours. */
  INTERNAL: EXIT.bug,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface McuEvalErrorOptions {
  /** What to do next; printed by the CLI below the message. */
  hint?: string;
  cause?: unknown;
}

/** An error a user can act on: `message` says what failed, with which value, and what was expected. */
export class McuEvalError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: McuEvalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "McuEvalError";
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): ExitCode {
    return ERROR_CODES[this.code];
  }
}

/** Whether `error` is ours and, if codes are given, has one of them. */
export function isMcuEvalError(error: unknown, ...codes: ErrorCode[]): error is McuEvalError {
  return error instanceof McuEvalError && (codes.length === 0 || codes.includes(error.code));
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
