/** A look at a finished run for signs that its figures overstate robustness. */

import type { Goal } from "../attacks/index.js";
import type { Batch } from "../core/index.js";
import { McuEvalError } from "../core/index.js";
import { type ConditionRecord, isMadeOnFloat, type SampleRecord } from "../data/index.js";
import { type SanityFlag, sanityFlags } from "../metrics/index.js";
import type { ChosenAttack } from "./choose.js";
import type { Job } from "./run-parts.js";
import { checkModel, checkSteps, hasSteps, LOOKED_AT } from "./sanity.js";

export interface Inspection {
  readonly job: Job;
  readonly conditions: readonly ConditionRecord[];
  /** Of the whole run, in plan order. */
  readonly records: readonly SampleRecord[];
  readonly signal: AbortSignal;
}

/**
 * All sanity flags of a run. They depend on its settings and records alone, so that a resumed run raises the
 * same ones.
 *
 * @throws McuEvalError INTERRUPTED
 */
export async function inspectRun(inspection: Inspection): Promise<SanityFlag[]> {
  const { job, conditions, records } = inspection;
  const { model, attacks, samples, settings } = job;
  const few = Math.min(LOOKED_AT, settings.n);
  const clean = samples.clean(0, few);
  const labels = Int32Array.from({ length: few }, (_, i) => samples.subject(i, null).label);
  const flags = await checkModel(model.float, clean, labels);
  for (const [step, chosen] of attacks.entries()) {
    if (isMadeOnFloat(chosen.settings) && hasSteps(chosen.attack))
      flags.push(...(await stepsFlags(inspection, step, clean, labels)));
  }
  const comparable = records.filter(({ condition }) => {
    const step = conditions[condition]?.step;
    return step === undefined || isMadeOnFloat((attacks[step] as ChosenAttack).settings);
  });
  const needs = Object.fromEntries(attacks.map(({ attack }) => [attack.id, attack.needs]));
  return [...flags, ...sanityFlags(comparable, { classes: model.float.classes, needs })];
}

/** An attack that keeps the float model right on purpose cannot be held against it. */
/** At the budget at which the attack fools nearest to half of the samples: there more steps would show. */
async function stepsFlags(
  { job, conditions, records, signal }: Inspection,
  step: number,
  x: Batch,
  labels: Int32Array,
): Promise<SanityFlag[]> {
  if (signal.aborted) throw new McuEvalError("INTERRUPTED", "the run was interrupted");
  const { attack, params, settings } = job.attacks[step] as ChosenAttack;
  const own = conditions.filter((condition) => condition.step === step);
  const distance = ({ index }: ConditionRecord): number => {
    const row = records.filter(({ condition }) => condition === index);
    const fooled = row.filter(({ label, target, predictions: { float } }) =>
      target === undefined ? float !== label : float === target,
    ).length;
    return Math.abs(fooled / row.length - 0.5);
  };
  const eps = own
    .map((one) => ({ eps: one.eps, distance: distance(one) }))
    .sort((a, b) => a.distance - b.distance)[0]?.eps;
  if (eps === undefined) return [];
  const subjects = Array.from(labels, (_, i) => job.samples.subject(i, step));
  const goal: Goal =
    settings.goal === "untargeted"
      ? { kind: "untargeted" }
      : { kind: "targeted", targets: Int32Array.from(subjects, ({ target }) => target as number) };
  const samples = subjects.map(({ sample }) => sample);
  const { seed } = job.settings;
  const { norm } = settings;
  return checkSteps({ attack, params, goal, norm, eps, model: job.model.float, x, labels, samples, seed, signal });
}
