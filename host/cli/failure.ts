/** How a failed command ends: what it prints and the exit code it leaves. */

import { CommanderError } from "commander";
import { EXIT, type ExitCode, isMcuEvalError, messageOf } from "../core/index.js";
import { errLine, type Io } from "./io.js";

/** Prints anything thrown by a command and returns the process's exit code. */
export function reportFailure(error: unknown, io: Io): ExitCode {
  // Commander has printed its own message, or the help, before it throws.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (isMcuEvalError(error) && error.code !== "INTERNAL") {
    errLine(io, `error: ${error.message}`);
    if (error.hint) errLine(io, `hint: ${error.hint}`);
    showStack(error, io);
    return error.exitCode;
  }
  errLine(io, `error: ${messageOf(error)}`);
  errLine(
    io,
    "hint: this is a bug of mcu-eval; please report it with the command. MCU_EVAL_DEBUG=1 shows where it arose.",
  );
  showStack(error, io);
  return EXIT.bug;
}

function showStack(error: unknown, io: Io): void {
  if (process.env.MCU_EVAL_DEBUG !== "1") return;
  for (let at: unknown = error; at instanceof Error; at = at.cause) errLine(io, at.stack ?? at.message);
}
