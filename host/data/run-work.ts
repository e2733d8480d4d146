/**
 * A run folder under work.
 *
 * The unit of work is a batch of consecutive samples under one attack. Its inputs are written first,
 * then its records are appended in one go: a record never refers to an input that is not there.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { QuantArray } from "../core/index.js";
import { writeAtomic } from "./atomic.js";
import { type Journal, openJournal } from "./journal.js";
import { type OracleAnswers, openOracleAnswers, removeOracleAnswers } from "./run-answers.js";
import { openRunInputs, type RunInputs } from "./run-inputs.js";
import type { OracleSpent, ResultRecord, RunManifest, SessionRecord } from "./run-manifest.js";
import { MANIFEST_FILE, SAMPLES_FILE } from "./run-read.js";
import { checkSampleRecord, type SampleRecord } from "./run-record.js";

/** Under the run folder, while attacks ask oracles. */
export const ANSWERS_FOLDER = "answers";

/** How a session ended. */
export interface RunEnd {
  readonly outcome: "complete" | "interrupted" | "failed";
  readonly error?: SessionRecord["error"];
  readonly links?: SessionRecord["links"];
  readonly oracle?: SessionRecord["oracle"];
  readonly notes?: readonly string[];
  readonly results?: readonly ResultRecord[];
  readonly requirements?: RunManifest["requirements"];
  readonly flags?: RunManifest["flags"];
  readonly measures?: RunManifest["measures"];
}

export interface Run {
  readonly folder: string;
  /** As it was written when this session began. */
  readonly manifest: RunManifest;
  /** Units that were complete when this session began. */
  readonly unitsDone: number;
  /** Their records, in plan order. */
  readonly recordsDone: readonly SampleRecord[];
  /**
   * Writes rows of a condition's inputs; comes before the records that refer to them.
   *
   * @param condition index into `manifest.conditions`
   * @param first row within the run, 0 … n - 1
   * @param float @param grid [rows, ...model input], before rounding and on the grid
   * @throws McuEvalError WRITE_FAILED
   */
  writeInputs(condition: number, first: number, float: Float32Array, grid: QuantArray): Promise<void>;
  /**
   * Appends one unit's records, in plan order; they are on the disk when it resolves.
   *
   * @throws McuEvalError WRITE_FAILED, the unit then being absent as a whole
   */
  appendUnit(records: readonly SampleRecord[]): Promise<void>;
  /** What an oracle answered to an attack on a batch that is not kept yet: see `openOracleAnswers`. */
  openAnswers(step: number, firstRow: number): Promise<OracleAnswers>;
  /**
   * Forgets them, once the records are kept.
   *
   * @param spent on oracles by this session: written down first, since the answers had it
   */
  removeAnswers(step: number, firstRow: number, spent: OracleSpent): Promise<void>;
  /** Writes how the session ended, lets the folder go, and returns the final manifest. */
  close(end: RunEnd): Promise<RunManifest>;
}

export interface RunOpening {
  readonly folder: string;
  /** With the sessions before this one. */
  readonly manifest: RunManifest;
  readonly unlock: () => Promise<void>;
  readonly unitsDone: number;
  readonly recordsDone: readonly SampleRecord[];
  readonly session: SessionRecord;
}

/** Opens all files of a run, cut to what is complete. Lets the lock go when that fails. */
export async function openRun(opening: RunOpening): Promise<Run> {
  const { folder, manifest, unlock, recordsDone, session } = opening;
  const current: RunManifest = { ...manifest, sessions: [...manifest.sessions, session] };
  let journal: Journal | undefined;
  try {
    await writeManifest(folder, current);
    journal = await openJournal(join(folder, SAMPLES_FILE), recordsDone.length);
    const inputs = await openRunInputs(folder, current, recordsDone.length === 0);
    return runOf(opening, current, journal, inputs);
  } catch (error) {
    await journal?.close();
    await unlock();
    throw error;
  }
}

function writeManifest(folder: string, manifest: RunManifest): Promise<void> {
  return writeAtomic(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

function runOf(opening: RunOpening, current: RunManifest, journal: Journal, inputs: RunInputs): Run {
  const { folder, manifest, unlock, unitsDone, recordsDone } = opening;
  const began = performance.now();
  let shown = 0;
  const answersPath = (step: number, firstRow: number): string =>
    join(folder, ANSWERS_FOLDER, `${step + 1}-${firstRow}.jsonl`);
  let added = 0;

  const endOf = ({ outcome, error, links, oracle, notes }: RunEnd): SessionRecord => ({
    ...opening.session,
    ended: new Date().toISOString(),
    outcome,
    ...(error && { error }),
    records: added,
    wall_seconds: Math.round(performance.now() - began) / 1000,
    ...(links && { links }),
    ...(oracle && { oracle }),
    ...(notes && { notes }),
  });

  return {
    folder,
    manifest: current,
    unitsDone,
    recordsDone,
    writeInputs: inputs.write,
    async appendUnit(records) {
      for (const record of records) checkSampleRecord(record, `the record of sample ${record.sample}`);
      await inputs.sync();
      await journal.append(records);
      added += records.length;
    },
    openAnswers: (step, firstRow) => openOracleAnswers(answersPath(step, firstRow)),
    async removeAnswers(step, firstRow, spent) {
      if (spent.queries > shown) {
        shown = spent.queries;
        const session = { ...opening.session, oracle: spent };
        await writeManifest(folder, { ...current, sessions: [...manifest.sessions, session] });
      }
      await removeOracleAnswers(answersPath(step, firstRow));
    },
    async close(end) {
      const { sessions, ...rest } = manifest;
      const final: RunManifest = {
        ...rest,
        complete: end.outcome === "complete",
        ...(end.results && { results: end.results }),
        ...(end.requirements && { requirements: end.requirements }),
        ...(end.flags && { flags: end.flags }),
        ...(end.measures && { measures: end.measures }),
        sessions: [...sessions, endOf(end)],
      };
      try {
        await inputs.sync();
        await writeManifest(folder, final);
        // One may be left where a crash came between records and removal.
        if (final.complete) await rm(join(folder, ANSWERS_FOLDER), { recursive: true, force: true });
        return final;
      } finally {
        await journal.close();
        await inputs.close();
        await unlock();
      }
    },
  };
}
