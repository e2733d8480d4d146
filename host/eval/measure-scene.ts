/** What the measures of a run need: its first samples, their records, its networks and its native build. */

import { floatOracle } from "../attacks/index.js";
import type { Batch, GradientModel, Oracle } from "../core/index.js";
import { McuEvalError } from "../core/index.js";
import type { MeasuredOracle, RunManifest, SampleRecord } from "../data/index.js";
import { logitsTensor } from "../tflite/index.js";
import type { Asker } from "./asker.js";
import { engineOf } from "./boxes.js";
import type { Subject } from "./judge.js";
import type { LogitsTensor } from "./measure-shift.js";
import { createOracleClock } from "./oracle-clock.js";
import { createOracleLedger } from "./oracle-ledger.js";
import { engineOracle } from "./oracles.js";
import { type Job, networksOf } from "./run-parts.js";

/** The run's first samples that are measured, at most. */
export const MEASURED = 100;

export interface Measuring {
  readonly job: Job;
  readonly folder: string;
  readonly manifest: RunManifest;
  /** Of the whole run, in plan order. */
  readonly records: readonly SampleRecord[];
  readonly signal: AbortSignal;
  /** What is going on. */
  note(line: string): void;
}

/** What all measures need of a run. */
export interface Scene extends Measuring {
  readonly float: GradientModel;
  readonly native: Asker;
  readonly clean: Batch;
  readonly subjects: readonly Subject[];
  /** By sample number. */
  readonly bySample: ReadonlyMap<number, readonly SampleRecord[]>;
  /** Where the native build's logits are; null where it cannot tell them. */
  readonly logits: LogitsTensor | null;
  /** Says what begins. @throws McuEvalError INTERRUPTED when the signal has fired */
  proceed(line: string): void;
}

/** All of it, from the run's first samples on. */
export function sceneOf(measuring: Measuring): Scene {
  const { job, records } = measuring;
  const count = Math.min(MEASURED, job.settings.n);
  const subjects = Array.from({ length: count }, (_, i) => job.samples.subject(i, null));
  const bySample = new Map<number, SampleRecord[]>(subjects.map(({ sample }) => [sample, []]));
  for (const record of records) bySample.get(record.sample)?.push(record);
  const networks = networksOf(job);
  const native = engineOf(networks.engines, "native");
  const { view, parsed } = job.model;
  const isOutput = logitsTensor(parsed) === parsed.outputs[0];
  const reported = native.reportsTensors && view.logits ? view.logits : null;
  return {
    ...measuring,
    proceed(line) {
      if (measuring.signal.aborted) throw new McuEvalError("INTERRUPTED", "the run was interrupted");
      measuring.note(`measures: ${line}`);
    },
    float: networks.float,
    native,
    clean: job.samples.clean(0, count),
    subjects,
    bySample,
    logits: isOutput ? { index: undefined, grid: view.output } : reported,
  };
}

/** Where the output is the logits, there is no third. */
export function oraclesOf({ logits }: Scene): readonly MeasuredOracle[] {
  if (logits === null) return ["float", "native_output"];
  return logits.index === undefined ? ["float", "native"] : ["float", "native", "native_output"];
}

/** One of them, or the same network or build asked for labels. */
export function oracleOf({ float, native, job, logits }: Scene, name: MeasuredOracle, gives: Oracle["gives"]): Oracle {
  if (name === "float") return floatOracle(float, { gives });
  const { logits: _, ...output } = job.model.view;
  const clock = createOracleClock();
  const isReported = name === "native" && logits?.index !== undefined;
  return engineOracle({
    gives,
    clock,
    ledger: createOracleLedger(undefined, clock),
    asker: native,
    model: float,
    view: { ...output, ...(isReported && { logits: { index: logits.index, grid: logits.grid } }) },
    answers: { find: () => undefined, add: () => undefined, close: async () => undefined },
  });
}
