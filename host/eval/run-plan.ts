/** One run from request to results: everything is opened, done, recorded and closed here. */

import { access } from "node:fs/promises";
import { join } from "node:path";
import {
  conditionsOf,
  createRun,
  type Dataset,
  MANIFEST_FILE,
  type ModelRecord,
  type ResultRecord,
  type Run,
  type RunSettings,
  type RunStart,
  resumeRun,
} from "../data/index.js";
import { type openDevice, readBoard } from "../device/index.js";
import { chooseAttacks, leftOutOf } from "./choose.js";
import { openEngines } from "./devices.js";
import { describeEnvironment } from "./environment.js";
import type { Samples } from "./evaluate.js";
import { gridRecord, type LoadedModel, pairModel, type RunModel } from "./model.js";
import { type Group, makePlan, unitSizes } from "./plan.js";
import { type RunRequest, runIdOf, settingsOf } from "./request.js";
import {
  checkRequirements,
  conditionsOf as conditionsCovered,
  parseRequirement,
  type RequirementResult,
} from "./requirement.js";
import { nextRunFolder } from "./run-folder-name.js";
import { type RunListener, type RunOutcome, work } from "./run-work.js";
import { datasetRecord, samplesOf } from "./samples.js";
import { cleanLogits } from "./targets.js";
import { needsTwin, twinModel } from "./twin.js";

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
  /** Take the measures when all is done, or of a run that is complete already. */
  readonly measures?: boolean;
  /** Gates, as entered. */
  readonly requirements: readonly string[];
  readonly signal: AbortSignal;
  readonly listener: RunListener;
  /** For tests: opens one board. */
  readonly open?: typeof openDevice;
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
  const attacks = chooseAttacks(request, model.grid, model.float);
  const leftOut = leftOutOf(request);
  if (leftOut !== null) listener.note(leftOut);
  const twin = attacks.some(needsTwin) ? twinModel(model) : undefined;
  const settings = settingsOf(request, attacks);
  const conditions = conditionsOf(settings, model.grid.type);
  for (const requirement of requirements) conditionsCovered(requirement, conditions);
  const dataset = await sources.dataset(model);
  const groups = makePlan(conditions, settings.n, settings.batch);
  const environment = await describeEnvironment();
  const samples = await chooseTargets(dataset, settings, model);
  const warnings: string[] = [];
  const engines = await openEngines({
    board: settings.board,
    model: model.tflite,
    others: Object.fromEntries(Object.entries(model.others).map(([role, { tflite }]) => [role, tflite])),
    jobs,
    natives: settings.attacks.some(({ oracle }) => oracle === "native") ? jobs : 1,
    log: (line) => listener.note(line),
    warn: (line) => warnings.push(line),
    signal,
    ...(open && { open }),
  });
  try {
    const id = runIdOf(settings, model.record.id);
    const start = {
      id,
      settings,
      environment,
      model: withOthers(model, Object.keys(engines.others)),
      dataset: datasetRecord(dataset),
      boards: engines.boards,
    };
    const run = await startOrResume(
      options.out ?? (await nextRunFolder("runs", id, options.resume)),
      start,
      groups,
      options.resume,
    );
    const job = { model, twin, attacks, settings, samples, engines, isMeasured: options.measures ?? false };
    const gate = (results: readonly ResultRecord[]): RequirementResult[] =>
      checkRequirements(requirements, conditions, results);
    return await work(run, groups, job, gate, signal, listener, warnings);
  } finally {
    await engines.close();
  }
}

/** The samples with their targets; the clean logits are computed where a target depends on them. */
async function chooseTargets(dataset: Dataset, settings: RunSettings, { float }: RunModel): Promise<Samples> {
  const shared = { attacks: settings.attacks, classes: float.classes, seed: settings.seed };
  const samples = samplesOf(dataset, shared);
  if (!settings.attacks.some(({ target }) => target === "likely")) return samples;
  return samplesOf(dataset, {
    ...shared,
    logits: await cleanLogits(float.logits, samples.clean, settings.n, settings.batch),
  });
}

/** The model's record with those of its further files that are run. */
function withOthers({ record, others }: RunModel, roles: readonly string[]): ModelRecord {
  if (roles.length === 0) return record;
  const known = Object.entries(others).filter(([role]) => roles.includes(role));
  const grids = known.map(([role, { input, output }]) => [
    role,
    { input: gridRecord(input), output: gridRecord(output) },
  ]);
  return { ...record, others: Object.fromEntries(grids) };
}

async function startOrResume(folder: string, start: RunStart, groups: readonly Group[], resume: boolean): Promise<Run> {
  const isThere = await access(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  return resume && isThere ? resumeRun(folder, start, unitSizes(groups)) : createRun(folder, start);
}
