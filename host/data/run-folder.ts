/**
 * Starts and resumes the work on a run folder.
 *
 * A unit of which records are missing after a crash is cut off on resume and done again, so that a
 * resumed run ends with the bytes of an uninterrupted one.
 */

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isMcuEvalError, McuEvalError } from "../core/index.js";
import { canonicalJson, firstDifference } from "./compare.js";
import { writeError } from "./file-error.js";
import { sha256Of } from "./hash.js";
import { takeLock } from "./lock.js";
import { readOracleSpent } from "./run-answers.js";
import { conditionsOf } from "./run-conditions.js";
import { type OracleSpent, RUN_SCHEMA, type RunManifest, type SessionRecord } from "./run-manifest.js";
import { readManifest, readSamples } from "./run-read.js";
import type { SampleRecord } from "./run-record.js";
import { ANSWERS_FOLDER, openRun, type Run } from "./run-work.js";

const LOCK_FILE = "run.lock";

/** What a run is started with, and must be resumed with. */
export type RunStart = Pick<RunManifest, "id" | "settings" | "environment" | "model" | "dataset" | "boards">;

/**
 * Starts a run in a folder that does not exist or is empty.
 *
 * @throws McuEvalError RUN_CONFLICT when the folder holds anything, WRITE_FAILED
 */
export async function createRun(folder: string, start: RunStart): Promise<Run> {
  const found = await mkdir(folder, { recursive: true })
    .then(() => readdir(folder))
    .catch((error: unknown) => {
      throw writeError(error, folder);
    });
  // A run killed in its first moments leaves its lock, and perhaps half a manifest.
  const kept = found.filter((name) => name !== LOCK_FILE && !name.endsWith(".tmp"));
  if (kept.length > 0) {
    throw new McuEvalError("RUN_CONFLICT", `${folder} exists already and holds ${kept.slice(0, 3).join(", ")}`, {
      hint: "Continue it with --resume, or choose another folder with --out.",
    });
  }
  const unlock = await takeLock(join(folder, LOCK_FILE));
  const manifest: RunManifest = {
    schema: RUN_SCHEMA,
    id: start.id,
    complete: false,
    settings: start.settings,
    settings_sha256: sha256Of(canonicalJson(start.settings)),
    environment: start.environment,
    model: start.model,
    dataset: start.dataset,
    boards: start.boards,
    conditions: conditionsOf(start.settings, start.model.input.type),
    sessions: [],
  };
  const session = sessionOf(start, manifest, 0);
  return openRun({ folder, manifest, unlock, unitsDone: 0, recordsDone: [], session });
}

/**
 * Continues a run whose settings, model, data, boards and engine are the same.
 *
 * @param unitSizes number of records of each unit of the plan, in plan order
 * @throws McuEvalError RUN_CONFLICT naming the first difference, FILE_MISSING, FILE_INVALID, WRITE_FAILED
 */
export async function resumeRun(folder: string, start: RunStart, unitSizes: readonly number[]): Promise<Run> {
  const manifest = await readManifest(folder);
  assertSame(folder, manifest, start);
  const unlock = await takeLock(join(folder, LOCK_FILE));
  let records: SampleRecord[];
  let whole: RunManifest;
  try {
    whole = withSpent(manifest, await readOracleSpent(join(folder, ANSWERS_FOLDER)));
    records = await readSamples(folder).catch((error: unknown) => {
      // A run killed in its first moments has no such file yet.
      if (isMcuEvalError(error, "FILE_MISSING")) return [];
      throw error;
    });
  } catch (error) {
    await unlock();
    throw error;
  }
  let unitsDone = 0;
  let kept = 0;
  while (unitsDone < unitSizes.length && kept + (unitSizes[unitsDone] as number) <= records.length) {
    kept += unitSizes[unitsDone] as number;
    unitsDone++;
  }
  const session = sessionOf(start, manifest, kept);
  return openRun({ folder, manifest: whole, unlock, unitsDone, recordsDone: records.slice(0, kept), session });
}

/** The manifest with what the last session's oracles were asked, where it was killed and could not write it down. */
function withSpent(manifest: RunManifest, spent: OracleSpent | null): RunManifest {
  const last = manifest.sessions.at(-1);
  if (last === undefined || last.ended !== undefined || spent === null) return manifest;
  const sessions = manifest.sessions.slice(0, -1);
  const before = oracleSpent(sessions);
  const queries = spent.queries - before.queries;
  if (queries <= (last.oracle?.queries ?? 0)) return manifest;
  const seconds = Math.max(0, Math.round((spent.seconds - before.seconds) * 1000) / 1000);
  return { ...manifest, sessions: [...sessions, { ...last, oracle: { queries, seconds } }] };
}

/** What the oracles of all these sessions were asked. */
export function oracleSpent(sessions: readonly SessionRecord[]): OracleSpent {
  const sum = (of: keyof OracleSpent): number => sessions.reduce((total, { oracle }) => total + (oracle?.[of] ?? 0), 0);
  return { queries: sum("queries"), seconds: sum("seconds") };
}

function assertSame(folder: string, manifest: RunManifest, start: RunStart): void {
  const identity = ({ settings, model, dataset, boards, environment }: RunStart): unknown =>
    // By way of JSON, which is what the file went through: fields that are undefined are absent.
    JSON.parse(JSON.stringify({ settings, model, dataset, boards, engine: environment.engine }));
  const difference = firstDifference(identity(manifest), identity(start));
  if (difference === null) return;
  const show = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
  throw new McuEvalError(
    "RUN_CONFLICT",
    `${folder} was made with other settings: ${difference.path} is ${show(difference.first)} there, ` +
      `and ${show(difference.second)} now`,
    { hint: "Resume with the same settings, or start a new run in another folder with --out." },
  );
}

function sessionOf(start: RunStart, manifest: RunManifest, resumedAt: number): SessionRecord {
  const isSame = canonicalJson(start.environment) === canonicalJson(manifest.environment);
  const session = { started: new Date().toISOString(), resumed_at: resumedAt };
  return isSame ? session : { ...session, environment: start.environment };
}
