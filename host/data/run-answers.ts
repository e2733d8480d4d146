/**
 * What an oracle answered to an attack that is not done: kept so that a run which was cut short asks no
 * board twice. One file a group of samples and attack, one line an answer, gone when the group is kept.
 *
 * A line is a JSON array: sample, place, CRC-32 of the input, output in hex, then what the run's oracles were
 * asked so far in queries and seconds, and last the CRC-32 of all of the line before its last comma.
 */

import { type FileHandle, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { McuEvalError } from "../core/index.js";
import { fileError, isAbsent, writeError } from "./file-error.js";
import { crc32Of } from "./hash.js";
import type { OracleSpent } from "./run-manifest.js";

export interface OracleAnswer {
  readonly sample: number;
  /** Which of the sample's queries it was, counted from 0. */
  readonly place: number;
  /** CRC-32 of the input bytes. */
  readonly inputCrc: number;
  /** The bytes that came back. */
  readonly output: Uint8Array;
}

export interface OracleAnswers {
  /** The answer to a query of an earlier session; undefined where it was not asked. */
  find(sample: number, place: number): OracleAnswer | undefined;
  /**
   * Adds one; it is written with others soon after.
   *
   * @param spent by all sessions of the run, this answer included
   * @throws McuEvalError WRITE_FAILED of an earlier one
   */
  add(answer: OracleAnswer, spent: OracleSpent): void;
  /** Writes what is left. @throws McuEvalError WRITE_FAILED */
  close(): Promise<void>;
}

/**
 * Opens the file of a group, or makes it. A last line that a crash tore is dropped.
 *
 * @throws McuEvalError FILE_INVALID for a file of something else or a damaged line, FILE_MISSING for one that cannot be read, WRITE_FAILED
 */
export async function openOracleAnswers(path: string): Promise<OracleAnswers> {
  const kept = await readAnswers(path);
  let file: FileHandle;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(path, "a");
    await file.truncate(kept.bytes);
  } catch (error) {
    throw writeError(error, path);
  }
  let waiting: string[] = [];
  let writing: Promise<void> | null = null;
  let failure: unknown;

  const write = async (): Promise<void> => {
    while (waiting.length > 0 && failure === undefined) {
      const text = waiting.join("");
      waiting = [];
      await file.appendFile(text).catch((error: unknown) => {
        failure = writeError(error, path);
      });
    }
    writing = null;
  };
  return {
    find: (sample, place) => kept.answers.get(sample)?.get(place),
    add(answer, spent) {
      if (failure !== undefined) throw failure;
      waiting.push(`${lineOf({ answer, spent })}\n`);
      writing ??= write();
    },
    async close() {
      await writing;
      await file.close();
      if (failure !== undefined) throw failure;
    },
  };
}

/** Removes the file of a group whose records are kept. */
export async function removeOracleAnswers(path: string): Promise<void> {
  await rm(path, { force: true });
}

const NEWLINE = 0x0a;

/** @returns all whole answers, by sample and place, and the bytes they take */
async function readAnswers(path: string): Promise<{ answers: Map<number, Map<number, OracleAnswer>>; bytes: number }> {
  const answers = new Map<number, Map<number, OracleAnswer>>();
  const file = await readFile(path).catch((error: unknown): Buffer => {
    if (isAbsent(error)) return Buffer.alloc(0);
    // To begin anew would lose what may be days of answers.
    throw fileError(error, path);
  });
  let begin = 0;
  // Line by line: as one string, a long attack's answers would be longer than strings may be.
  for (let end = file.indexOf(NEWLINE); end >= 0; end = file.indexOf(NEWLINE, begin)) {
    const { answer } = readLine(file, begin, end, path);
    const own = answers.get(answer.sample) ?? new Map<number, OracleAnswer>();
    answers.set(answer.sample, own.set(answer.place, answer));
    begin = end + 1;
  }
  return { answers, bytes: begin };
}

/**
 * What the run's oracles had been asked at the last answer that is kept.
 *
 * @param folder of all groups' files; it may be absent
 * @returns null where no answer is kept
 * @throws McuEvalError FILE_INVALID for a damaged last line, FILE_MISSING
 */
export async function readOracleSpent(folder: string): Promise<OracleSpent | null> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (isAbsent(error)) return [];
    throw fileError(error, folder);
  });
  let latest: OracleSpent | null = null;
  for (const name of names) {
    const path = join(folder, name);
    const file = await readFile(path).catch((error: unknown) => {
      throw fileError(error, path);
    });
    const end = file.lastIndexOf(NEWLINE);
    if (end < 0) continue;
    // An offset below 0 would count from the end.
    const begin = end === 0 ? 0 : file.lastIndexOf(NEWLINE, end - 1) + 1;
    const { spent } = readLine(file, begin, end, path);
    if (latest === null || spent.queries > latest.queries) latest = spent;
  }
  return latest;
}

interface Kept {
  readonly answer: OracleAnswer;
  readonly spent: OracleSpent;
}

function lineOf({ answer: { sample, place, inputCrc, output }, spent: { queries, seconds } }: Kept): string {
  const hex = Buffer.from(output).toString("hex");
  const start = JSON.stringify([sample, place, inputCrc, hex, queries, seconds]).slice(0, -1);
  return `${start},${crcOf(start)}]`;
}

function readLine(file: Buffer, begin: number, end: number, path: string): Kept {
  const line = file.toString("latin1", begin, end);
  const kept = keptOf(line);
  if (kept !== null) return kept;
  const at = file.subarray(0, begin).filter((byte) => byte === NEWLINE).length + 1;
  throw new McuEvalError(
    "FILE_INVALID",
    `${path} line ${at} is damaged, or no answer of an oracle: ${line.slice(0, 60)}`,
    {
      hint: "Remove the file: what it kept is then asked again.",
    },
  );
}

function keptOf(line: string): Kept | null {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed) || parsed.length !== 7) return null;
    const [sample, place, inputCrc, hex, queries, seconds, crc] = parsed;
    if (crc !== crcOf(line.slice(0, line.lastIndexOf(",")))) return null;
    const output = Uint8Array.from(Buffer.from(hex, "hex"));
    return { answer: { sample, place, inputCrc, output }, spent: { queries, seconds } };
  } catch {
    return null;
  }
}

function crcOf(text: string): number {
  return crc32Of(Buffer.from(text, "latin1"));
}
