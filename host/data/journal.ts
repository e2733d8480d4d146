/** A file of JSON lines that only grows, and of which a crash can damage the last line at most. */

import { type FileHandle, open, readFile } from "node:fs/promises";
import { McuEvalError, messageOf } from "../core/index.js";
import { fileError, writeError } from "./file-error.js";

const NEWLINE = 0x0a;

export interface Journal {
  /** Appends lines and waits until they are on the disk; on failure the file is as it was before. */
  append(lines: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal for appending, cut to its first `keep` lines.
 *
 * @param keep lines to leave; 0 starts anew
 * @throws McuEvalError WRITE_FAILED
 */
export async function openJournal(path: string, keep: number): Promise<Journal> {
  let file: FileHandle;
  let length = 0;
  try {
    file = await open(path, "a+");
    if (keep > 0) length = endOfLine(await file.readFile(), keep);
    await file.truncate(length);
  } catch (error) {
    throw writeError(error, path);
  }
  return {
    async append(lines) {
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      try {
        await file.appendFile(bytes);
        await file.datasync();
        length += bytes.length;
      } catch (error) {
        // What was half written goes: the next reader sees whole units only.
        await file.truncate(length).catch(() => undefined);
        throw writeError(error, path);
      }
    },
    close: () => file.close(),
  };
}

/** Byte offset behind line `count`. */
function endOfLine(bytes: Uint8Array, count: number): number {
  let end = 0;
  for (let line = 0; line < count; line++) end = bytes.indexOf(NEWLINE, end) + 1;
  return end;
}

/**
 * Reads all whole lines; a last line without its newline, torn by a crash, is left out.
 *
 * @param check throws for a line that is not what it should be; its message is completed with file and line
 * @throws McuEvalError FILE_MISSING, FILE_INVALID naming the line
 */
export async function readJournal<T>(path: string, check: (value: unknown) => T): Promise<T[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, path);
  });
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line, i) => {
    try {
      return check(JSON.parse(line));
    } catch (error) {
      throw new McuEvalError("FILE_INVALID", `${path} line ${i + 1}: ${messageOf(error)}`, { cause: error });
    }
  });
}
