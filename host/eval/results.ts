/** The figures of a run's tables as `run.json` keeps them. */

import type { EngineName } from "../core/index.js";
import type { ResultRecord, SampleRecord } from "../data/index.js";
import { type ConditionSummary, type EngineRates, type Rate, rateOf, summarizeRun } from "../metrics/index.js";

/** The condition of the clean inputs, the first of every plan. */
export const CLEAN = 0;

/**
 * Every figure of a run, condition by condition; engines that were not asked have none.
 *
 * Per engine: accuracy (clean inputs) or robust_accuracy, attack_success and, but for float itself,
 * transfer_rate. Then McNemar's test of float and of grid control against the device, and as shares of
 * the condition's samples: mismatches (device bytes that are not native's), above_eps (norms that
 * rounding pushed above the budget) and gave_up.
 */
export function resultsOf(records: readonly SampleRecord[]): ResultRecord[] {
  return summarizeRun(records).flatMap((summary) => [
    ...summary.engines.flatMap((rates) => ratesOf(summary.condition, rates)),
    ...testsOf(summary),
    ...countsOf(summary),
  ]);
}

function ratesOf(condition: number, { engine, accuracy, attackSuccess, transfer }: EngineRates): ResultRecord[] {
  const measure = condition === CLEAN ? "accuracy" : "robust_accuracy";
  return [
    resultOf(measure, engine, condition, accuracy),
    ...(attackSuccess ? [resultOf("attack_success", engine, condition, attackSuccess)] : []),
    ...(transfer ? [resultOf("transfer_rate", engine, condition, transfer)] : []),
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

function resultOf(measure: string, engine: EngineName, condition: number, rate: Rate): ResultRecord {
  const { numerator, denominator, value, low, high } = rate;
  const counted = value === null || low === null || high === null ? {} : { value, low, high };
  return { measure, engine, condition, numerator, denominator, ...counted };
}
