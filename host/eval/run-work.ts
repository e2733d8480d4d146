/** The work of a run between opening and closing: progress, warnings, results, and how it ended. */

import { type ErrorCode, isMcuEvalError, McuEvalError, messageOf } from "../core/index.js";
import type { ResultRecord, Run, RunManifest, RunSettings, SampleRecord } from "../data/index.js";
import { agrees } from "../metrics/index.js";
import { courteous } from "./courteous.js";
import type { Engines } from "./devices.js";
import { evaluate, type Parts, type Samples } from "./evaluate.js";
import { generatorOf } from "./generator.js";
import type { RunModel } from "./model.js";
import { type Group, unitSizes } from "./plan.js";
import type { ChosenAttack } from "./request.js";
import type { RequirementResult } from "./requirement.js";
import { resultsOf } from "./results.js";

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

/** All that a run works with. */
export interface Job {
  readonly model: RunModel;
  readonly attacks: readonly ChosenAttack[];
  readonly settings: RunSettings;
  readonly samples: Samples;
  readonly engines: Engines;
}

/**
 * Does what is left of a run that is open, and closes it.
 *
 * @param gate checks the requirements against the results
 * @throws McuEvalError whatever stopped it, with a hint on how to go on
 */
export async function work(
  run: Run,
  groups: readonly Group[],
  job: Job,
  gate: (results: readonly ResultRecord[]) => RequirementResult[],
  signal: AbortSignal,
  listener: RunListener,
): Promise<RunOutcome> {
  const { engines } = job;
  const total = unitSizes(groups).reduce((sum, size) => sum + size, 0);
  const warnings: string[] = [];
  const warn = (line: string): void => {
    warnings.push(line);
    listener.warn(line);
  };
  let answered = run.recordsDone.length;
  let kept = answered;
  let detail = "";
  const report = (): void => listener.progress(answered, total, detail);
  const parts = partsOf(job, (text) => {
    detail = text;
    report();
  });
  listener.note(`run folder ${run.folder}${kept > 0 ? `: ${kept} of ${total} records are there` : ""}`);
  report();
  try {
    const records = await evaluate(run, groups, parts, signal, {
      answered: () => {
        answered++;
        report();
      },
      kept: ({ batch }) => {
        kept += batch.end - batch.begin;
      },
      mismatch: (record) => {
        if (warnings.length === 0) warn(describeMismatch(record));
      },
    });
    // Of all sessions, not this one alone.
    const differing = records.filter((record) => agrees(record) === false).length;
    if (differing > 0) warn(`${differing} of ${total} outputs of the device differ from the native build's`);
    const { links, unequal } = await engines.links();
    for (const line of unequal) warn(`the link's counters disagree: ${line}`);
    const results = resultsOf(records);
    const requirements = gate(results);
    const end = {
      outcome: "complete" as const,
      links,
      results,
      requirements,
      ...(warnings.length > 0 && { notes: warnings }),
    };
    return { folder: run.folder, manifest: await run.close(end), records, results, requirements };
  } catch (error) {
    const { links } = await engines.links();
    await run
      .close({
        outcome: isMcuEvalError(error, "INTERRUPTED") ? "interrupted" : "failed",
        error: errorRecord(error),
        links,
      })
      .catch(() => undefined);
    throw withResumeHint(error, run.folder, kept, total);
  }
}

function partsOf({ settings, model, attacks, samples, engines }: Job, say: (detail: string) => void): Parts {
  const float = courteous(model.float);
  const generators = attacks.map(({ attack, params, settings: chosen }, step) =>
    generatorOf({
      attack,
      params,
      settings: chosen,
      step,
      model: float,
      samples,
      seed: settings.seed,
      ...(settings.grid && { grid: model.grid }),
      progress: (fraction) => say(fraction < 1 ? `${attack.id} ${Math.floor(fraction * 100)} %` : ""),
    }),
  );
  const { device, native } = engines;
  return {
    model: float,
    grid: model.grid,
    isGridSearch: settings.grid,
    samples,
    generators,
    engines: { device, ...(native && { native }) },
    bench: { outputType: model.outputType, bounds: float.bounds, device },
  };
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
