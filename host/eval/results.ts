/** The figures of a run's tables as `run.json` keeps them. */

import type { EngineName } from "../core/index.js";
import {
  type AttackSettings,
  type ConditionRecord,
  isMadeOnFloat,
  type ResultRecord,
  type SampleRecord,
} from "../data/index.js";
import {
  type ConditionSummary,
  type EngineRates,
  type Rate,
  rateOf,
  robustAfterParts,
  summarizeRun,
} from "../metrics/index.js";

/** A figure of one engine. */
type RateRecord = Extract<ResultRecord, { engine: EngineName }>;

/** The condition of the clean inputs, the first of every plan. */
export const CLEAN = 0;

/**
 * Every figure of a run, condition by condition; engines that were not asked have none.
 *
 * Per engine: accuracy (clean inputs) or robust_accuracy, attack_success and, but for float itself,
 * transfer_rate (of attacks made on float) and evasion_rate. Then McNemar's test of float and of grid control against the device, and as shares of
 * the condition's samples: mismatches (device bytes that are not native's), above_eps (norms that
 * rounding pushed above the budget) and gave_up. Of further quantised files of the model the native build's
 * rates, with the file's role. Of ensembles the float model's robust accuracy after each part.
 *
 * @param partsByStep parts of each attack that is an ensemble, in their order, by index of its settings
 * @param attacks their settings
 */
export function resultsOf(
  records: readonly SampleRecord[],
  conditions: readonly Pick<ConditionRecord, "step">[] = [],
  partsByStep: readonly (readonly string[] | undefined)[] = [],
  attacks: readonly AttackSettings[] = [],
): ResultRecord[] {
  const fromFloat = (condition: number): boolean => {
    const settings = attacks[conditions[condition]?.step ?? -1];
    return settings === undefined || isMadeOnFloat(settings);
  };
  const clean = new Map(records.filter(({ condition }) => condition === CLEAN).map((one) => [one.sample, one]));
  return summarizeRun(records, fromFloat).flatMap((summary) => {
    const { condition } = summary;
    const own = records.filter((one) => one.condition === condition);
    const parts = partsByStep[conditions[condition]?.step ?? -1] ?? [];
    return [
      ...summary.engines.flatMap((rates) => ratesOf(condition, rates)),
      ...testsOf(summary),
      ...countsOf(summary),
      ...summary.files.flatMap(({ file, rates }) => ratesOf(condition, rates).map((rate) => ({ ...rate, file }))),
      ...afterParts(own, clean, parts),
    ];
  });
}

function afterParts(
  own: readonly SampleRecord[],
  clean: ReadonlyMap<number, SampleRecord>,
  parts: readonly string[],
): ResultRecord[] {
  const seen = own.flatMap((one) => {
    const before = clean.get(one.sample)?.predictions.float;
    const after = one.predictions.float;
    if (before === undefined || after === undefined) return [];
    return [{ label: one.label, clean: before, adversarial: after, foundBy: one.found_by }];
  });
  const condition = own[0]?.condition ?? CLEAN;
  return robustAfterParts(seen, parts).map(
    (rate, i): ResultRecord => ({
      ...resultOf("robust_accuracy_after", "float", condition, rate),
      part: parts[i] as string,
    }),
  );
}

function ratesOf(condition: number, { engine, accuracy, attackSuccess, transfer, evasion }: EngineRates): RateRecord[] {
  const measure = condition === CLEAN ? "accuracy" : "robust_accuracy";
  return [
    resultOf(measure, engine, condition, accuracy),
    ...(attackSuccess ? [resultOf("attack_success", engine, condition, attackSuccess)] : []),
    ...(transfer ? [resultOf("transfer_rate", engine, condition, transfer)] : []),
    ...(evasion ? [resultOf("evasion_rate", engine, condition, evasion)] : []),
  ];
}

function testsOf({ condition, mcnemar: { floatDevice, gridDevice } }: ConditionSummary): ResultRecord[] {
  const measure = "mcnemar";
  return [
    ...(floatDevice ? [{ measure, engines: ["float", "device"], condition, ...floatDevice } as const] : []),
    ...(gridDevice ? [{ measure, engines: ["grid", "device"], condition, ...gridDevice } as const] : []),
  ];
}

function countsOf({
  condition,
  samples,
  compared,
  mismatches,
  aboveEps,
  gaveUp,
  eps,
}: ConditionSummary): ResultRecord[] {
  const isClean = condition === CLEAN;
  return [
    ...(compared > 0 ? [resultOf("mismatches", "device", condition, rateOf(mismatches, compared))] : []),
    ...(eps ? [resultOf("above_eps", "grid", condition, rateOf(aboveEps, samples))] : []),
    ...(isClean ? [] : [resultOf("gave_up", "float", condition, rateOf(gaveUp, samples))]),
  ];
}

function resultOf(measure: string, engine: EngineName, condition: number, rate: Rate): RateRecord {
  const { numerator, denominator, value, low, high } = rate;
  const counted = value === null || low === null || high === null ? {} : { value, low, high };
  return { measure, engine, condition, numerator, denominator, ...counted };
}
