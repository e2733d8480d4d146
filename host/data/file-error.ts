/** Operating-system errors as this project's errors, with a hint on what to do. */

import { McuEvalError, messageOf } from "../core/index.js";

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a file could not be read because there is none. */
export function isAbsent(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

/** A failed read of `path`: FILE_MISSING; our own errors pass unchanged. */
export function fileError(error: unknown, path: string): McuEvalError {
  if (error instanceof McuEvalError) return error;
  const code = codeOf(error);
  if (code === "ENOENT") {
    return new McuEvalError("FILE_MISSING", `${path} does not exist`, { cause: error, hint: "Check the path." });
  }
  if (code === "EISDIR" || code === "ENOTDIR") {
    const wanted = code === "EISDIR" ? "is a folder, expected a file" : "leads through a file, expected a folder";
    return new McuEvalError("FILE_MISSING", `${path} ${wanted}`, { cause: error });
  }
  return new McuEvalError("FILE_MISSING", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
}

const WRITE_HINTS: Record<string, string> = {
  ENOSPC: "The disk is full: free some space. Nothing that was complete is lost; a run continues with --resume.",
  EDQUOT:
    "The disk quota is used up: free some space. Nothing that was complete is lost; a run continues with --resume.",
  EACCES: "Choose a folder that you may write to.",
  EPERM: "Choose a folder that you may write to.",
  EROFS: "The file system is read-only: choose another folder.",
};

/** A failed write to `path`: WRITE_FAILED; our own errors pass unchanged. */
export function writeError(error: unknown, path: string): McuEvalError {
  if (error instanceof McuEvalError) return error;
  const hint = WRITE_HINTS[codeOf(error) ?? ""];
  const message = `writing ${path} failed: ${messageOf(error)}`;
  return new McuEvalError("WRITE_FAILED", message, hint === undefined ? { cause: error } : { cause: error, hint });
}
