/** One run from request to results: everything is opened, done, recorded and closed here. */

import { access } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, isMcuEvalError, McuEvalError, messageOf } from "../core/index.js";
import {
  conditionsOf,
  createRun,
  type Dataset,
  MANIFEST_FILE,
  type ResultRecord,
  type Run,
  type RunManifest,
  type RunSettings,
  type RunStart,
  resumeRun,
  type SampleRecord,
} from "../data/index.js";
import { type openDevice, readBoard } from "../device/index.js";
import { courteous } from "./courteous.js";
import { type Engines, openEngines } from "./devices.js";
import { describeEnvironment } from "./environment.js";
import { evaluate, type Parts, type Samples } from "./evaluate.js";
import { generatorOf } from "./generator.js";
import { type LoadedModel, pairModel, type RunModel } from "./model.js";
import { type Group, makePlan, unitSizes } from "./plan.js";
import { type ChosenAttack, chooseAttacks, type RunRequest, runIdOf, settingsOf } from "./request.js";
import {
  checkRequirements,
  conditionsOf as conditionsCovered,
  parseRequirement,
  type RequirementResult,
} from "./requirement.js";
import { resultsOf } from "./results.js";
import { nextRunFolder } from "./run-folder-name.js";
import { datasetRecord, samplesOf } from "./samples.js";

export interface RunOptions {
  readonly request: RunRequest;
  /** Called once all that can be checked without them is checked, model first. */
  readonly sources: {
    model(): Promise<LoadedModel>;
    /** @param model what the samples must fit; checked by the loader */
    dataset(model: RunModel): Promise<Dataset>;
  };
  /** Run folder; default runs/<id>, with a number for later runs of the same settings. */
  readonly out?: string | undefined;
  /** Go on with the run in that folder where there is one. */
  readonly resume: boolean;
  /** Emulator or native processes side by side. */
  readonly jobs: number;
  /** Gates, as entered. */
  readonly requirements: readonly string[];
  readonly signal: AbortSignal;
  readonly listener: RunListener;
  /** For tests: opens one board. */
  readonly open?: typeof openDevice;
}

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
 * Runs a plan, or what is left of it.
 *
 * @throws McuEvalError of every kind; a run that was begun is left resumable, and says so
 */
export async function runPlan(options: RunOptions): Promise<RunOutcome> {
  const { request, sources, signal, listener, jobs, open } = options;
  const requirements = options.requirements.map(parseRequirement);
  readBoard(request.board);
  const model = pairModel(await sources.model());
  const attacks = chooseAttacks(request, model.grid);
  const settings = settingsOf(request, attacks);
  const conditions = conditionsOf(settings, model.grid.type);
  for (const requirement of requirements) conditionsCovered(requirement, conditions);
  const dataset = await sources.dataset(model);
  const samples = samplesOf(dataset, settings.attacks, model.record.classes);
  const groups = makePlan(conditions, settings.n, settings.batch);
  const environment = await describeEnvironment();
  const log = (line: string): void => listener.note(line);
  const board = settings.board;
  const engines = await openEngines({ board, model: model.tflite, jobs, log, signal, ...(open && { open }) });
  try {
    const id = runIdOf(settings, model.record.id);
    const start = {
      id,
      settings,
      environment,
      model: model.record,
      dataset: datasetRecord(dataset),
      boards: engines.boards,
    };
    const run = await startOrResume(
      options.out ?? (await nextRunFolder("runs", id, options.resume)),
      start,
      groups,
      options.resume,
    );
    const job = { model, attacks, settings, samples, engines };
    const gate = (results: readonly ResultRecord[]): RequirementResult[] =>
      checkRequirements(requirements, conditions, results);
    return await work(run, groups, job, gate, options);
  } finally {
    await engines.close();
  }
}

async function startOrResume(folder: string, start: RunStart, groups: readonly Group[], resume: boolean): Promise<Run> {
  const isThere = await access(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  return resume && isThere ? resumeRun(folder, start, unitSizes(groups)) : createRun(folder, start);
}

interface Job {
  readonly model: RunModel;
  readonly attacks: readonly ChosenAttack[];
  readonly settings: RunSettings;
  readonly samples: Samples;
  readonly engines: Engines;
}

async function work(
  run: Run,
  groups: readonly Group[],
  job: Job,
  gate: (results: readonly ResultRecord[]) => RequirementResult[],
  { signal, listener }: RunOptions,
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
  let mismatches = 0;
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
        if (mismatches++ === 0) warn(describeMismatch(record));
      },
    });
    if (mismatches > 1)
      warn(`${mismatches} outputs of the device differ from the native build's; all are in the records`);
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
