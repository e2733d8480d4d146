/** The work of a run between opening and closing: progress, warnings, results, and how it ended. */

import { type ErrorCode, isMcuEvalError, McuEvalError, messageOf } from "../core/index.js";
import {
  type MeasuresRecord,
  oracleSpent,
  type ResultRecord,
  type Run,
  type RunEnd,
  type RunManifest,
  type RunSettings,
  type SampleRecord,
  writeMeasures,
} from "../data/index.js";
import { agrees } from "../metrics/index.js";
import type { ChosenAttack } from "./choose.js";
import { evaluate } from "./evaluate.js";
import { forecastRun } from "./forecast-run.js";
import { inspectRun } from "./inspect.js";
import { measureRun } from "./measures.js";
import type { RunModel } from "./model.js";
import { createOracleClock } from "./oracle-clock.js";
import { type Group, unitSizes } from "./plan.js";
import type { RequirementResult } from "./requirement.js";
import { resultsOf } from "./results.js";
import { type Job, partsOf } from "./run-parts.js";
import { createStages } from "./stages.js";

export interface RunListener {
  /** What is going on before and beside the work itself. */
  note(line: string): void;
  /** Something the user must see, now and at the end. */
  warn(line: string): void;
  /** @param done device inferences, of `total`; @param detail what is going on */
  progress(done: number, total: number, detail: string): void;
}

export interface RunOutcome {
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly records: readonly SampleRecord[];
  readonly results: readonly ResultRecord[];
  readonly requirements: readonly RequirementResult[];
}

/**
 * Does what is left of a run that is open, and closes it.
 *
 * @param gate checks the requirements against the results
 * @param initialWarnings what was found while everything was opened
 * @throws McuEvalError whatever stopped it, with a hint on how to go on
 */
export async function work(
  run: Run,
  groups: readonly Group[],
  job: Job,
  gate: (results: readonly ResultRecord[]) => RequirementResult[],
  signal: AbortSignal,
  listener: RunListener,
  initialWarnings: readonly string[] = [],
): Promise<RunOutcome> {
  const { engines, attacks, settings } = job;
  const total = unitSizes(groups).reduce((sum, size) => sum + size, 0);
  const warnings = new Set<string>();
  const warnOnce = (line: string): void => {
    if (warnings.has(line)) return;
    warnings.add(line);
    listener.warn(line);
  };
  let answered = run.recordsDone.length;
  let kept = answered;
  let detail = "";
  let isMismatchTold = false;
  const report = (): void => listener.progress(answered, total, detail);
  const clock = createOracleClock({ ...limitOf(settings), used: oracleSpent(run.manifest.sessions) });
  const telling = {
    stages: createStages({ groups, attacks: settings.attacks, queries: () => clock.spent().queries }),
    say(text: string): void {
      detail = text;
      report();
    },
    note: (line: string): void => listener.note(line),
    warnOnce,
  };
  /** What every session leaves in the manifest, however it ends. */
  const session = async (): Promise<Pick<RunEnd, "links" | "oracle" | "notes"> & { unequal: readonly string[] }> => {
    const { links, unequal } = await engines.links();
    const oracle = clock.spent();
    return {
      links,
      unequal,
      ...(oracle.queries > 0 && { oracle }),
      ...(warnings.size > 0 && { notes: [...warnings] }),
    };
  };
  for (const line of initialWarnings) warnOnce(line);
  listener.note(`run folder ${run.folder}${kept > 0 ? `: ${kept} of ${total} records are there` : ""}`);
  report();
  try {
    const parts = partsOf(job, run, groups, clock, telling);
    for (const line of await forecastRun(job, run, groups)) listener.note(line);
    const records = await evaluate(run, groups, parts, signal, {
      answered: () => {
        answered++;
        report();
      },
      kept: ({ batch }) => {
        kept += batch.end - batch.begin;
      },
      mismatch: (record) => {
        if (!isMismatchTold) warnOnce(describeMismatch(record));
        isMismatchTold = true;
      },
    });
    // Of all sessions, not this one alone.
    const differing = records.filter((record) => agrees(record) === false).length;
    if (differing > 0) warnOnce(`${differing} of ${total} outputs of the device differ from the native build's`);
    const before = await session();
    for (const line of before.unequal) warnOnce(`the link's counters disagree: ${line}`);
    const results = resultsOf(records, run.manifest.conditions, partsByStep(attacks, job.model), settings.attacks);
    const requirements = gate(results);
    const flags = await inspectRun({ job, conditions: run.manifest.conditions, records, signal });
    const measures = job.isMeasured ? await measure(job, run, records, signal, listener) : undefined;
    const { unequal, ...told } = { ...before, ...(warnings.size > 0 && { notes: [...warnings] }) };
    const manifest = await run.close({
      outcome: "complete",
      ...told,
      results,
      requirements,
      flags,
      ...(measures && { measures }),
    });
    return { folder: run.folder, manifest, records, results, requirements };
  } catch (error) {
    const { unequal, ...told } = await session();
    const outcome = isMcuEvalError(error, "INTERRUPTED") ? "interrupted" : "failed";
    await run.close({ outcome, error: errorRecord(error), ...told }).catch(() => undefined);
    throw withResumeHint(error, run.folder, kept, total);
  }
}

async function measure(
  job: Job,
  run: Run,
  records: readonly SampleRecord[],
  signal: AbortSignal,
  listener: RunListener,
): Promise<MeasuresRecord> {
  const { folder, manifest } = run;
  const measured = await measureRun({ job, folder, manifest, records, signal, note: (line) => listener.note(line) });
  await writeMeasures(folder, measured.records);
  return measured.measures;
}

function limitOf({ max_minutes }: RunSettings): { limit?: number } {
  return max_minutes === undefined ? {} : { limit: max_minutes * 60 };
}

/** The parts of each attack that is an ensemble, in the order in which they run. */
function partsByStep(attacks: readonly ChosenAttack[], { float }: RunModel): (readonly string[] | undefined)[] {
  return attacks.map(({ attack, params }) => attack.parts?.(params, float));
}

function describeMismatch({ sample, attack, eps, outputs }: SampleRecord): string {
  const where = `sample ${sample}, ${attack}${eps ? ` at ${eps.entered}` : ""}`;
  return `MISMATCH: the device's output bytes are not the native build's: ${where}: device ${outputs?.device}, native ${outputs?.native}`;
}

function errorRecord(error: unknown): { code: ErrorCode; message: string } {
  return { code: isMcuEvalError(error) ? error.code : "INTERNAL", message: messageOf(error) };
}

/** What a user wants to know when a run ends early: that nothing is lost. */
function withResumeHint(error: unknown, folder: string, kept: number, total: number): unknown {
  if (!isMcuEvalError(error) || error.code === "INTERNAL") return error;
  const resume = `${kept} of ${total} records are kept in ${folder}; the same command with --resume goes on from there.`;
  const hint = error.hint ? `${error.hint}\n${resume}` : resume;
  return new McuEvalError(error.code, error.message, { hint, cause: error });
}
