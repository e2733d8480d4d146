/**
 * What an oracle answered to an attack that is not done: kept so that a run which was cut short asks no
 * board twice. One file a group of samples and attack, one line an answer, gone when the group is kept.
 */

import { type FileHandle, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { McuEvalError } from "../core/index.js";
import { fileError, isAbsent, writeError } from "./file-error.js";

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
  /** Adds one; it is written with others soon after. @throws McuEvalError WRITE_FAILED of an earlier one */
  add(answer: OracleAnswer): void;
  /** Writes what is left. @throws McuEvalError WRITE_FAILED */
  close(): Promise<void>;
}

/** A line: sample, place, CRC-32 of the input, output in hex. */
type Line = [number, number, number, string];

/**
 * Opens the file of a group, or makes it. A last line that a crash tore is dropped.
 *
 * @throws McuEvalError FILE_INVALID for a file of something else, FILE_MISSING for one that cannot be read, WRITE_FAILED
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
    add({ sample, place, inputCrc, output }) {
      if (failure !== undefined) throw failure;
      const line: Line = [sample, place, inputCrc, Buffer.from(output).toString("hex")];
      waiting.push(`${JSON.stringify(line)}\n`);
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
    const line = file.toString("latin1", begin, end);
    const answer = answerOf(line);
    if (answer === null) {
      const at = file.subarray(0, begin).filter((byte) => byte === NEWLINE).length + 1;
      throw new McuEvalError("FILE_INVALID", `${path} line ${at} is no answer of an oracle: ${line.slice(0, 60)}`, {
        hint: "Remove the file: what it kept is then asked again.",
      });
    }
    const own = answers.get(answer.sample) ?? new Map<number, OracleAnswer>();
    answers.set(answer.sample, own.set(answer.place, answer));
    begin = end + 1;
  }
  return { answers, bytes: begin };
}

function answerOf(line: string): OracleAnswer | null {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed) || parsed.length !== 4) return null;
    const [sample, place, inputCrc, output] = parsed as Line;
    if (![sample, place, inputCrc].every(Number.isSafeInteger) || typeof output !== "string") return null;
    return { sample, place, inputCrc, output: Uint8Array.from(Buffer.from(output, "hex")) };
  } catch {
    return null;
  }
}
