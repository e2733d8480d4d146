/** One run from request to results: everything is opened, done, recorded and closed here. */

import { access } from "node:fs/promises";
import { join } from "node:path";
import {
  conditionsOf,
  createRun,
  type Dataset,
  MANIFEST_FILE,
  type ResultRecord,
  type Run,
  type RunStart,
  resumeRun,
} from "../data/index.js";
import { type openDevice, readBoard } from "../device/index.js";
import { openEngines } from "./devices.js";
import { describeEnvironment } from "./environment.js";
import { type LoadedModel, pairModel, type RunModel } from "./model.js";
import { type Group, makePlan, unitSizes } from "./plan.js";
import { chooseAttacks, type RunRequest, runIdOf, settingsOf } from "./request.js";
import {
  checkRequirements,
  conditionsOf as conditionsCovered,
  parseRequirement,
  type RequirementResult,
} from "./requirement.js";
import { nextRunFolder } from "./run-folder-name.js";
import { type RunListener, type RunOutcome, work } from "./run-work.js";
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
  const attacks = chooseAttacks(request, model.grid, model.record.classes);
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
    return await work(run, groups, job, gate, signal, listener);
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
