/** What a run does, in which order: batches of samples, groups that are generated together, units that are kept. */

import type { ConditionRecord } from "../data/index.js";

/** Consecutive samples that are generated together; rows count within the run. */
export interface SampleBatch {
  readonly begin: number;
  readonly end: number;
}

/** One batch under one condition: what is judged, written and resumed as a whole. */
export interface Unit {
  /** Its place in the plan. */
  readonly index: number;
  readonly condition: ConditionRecord;
  readonly batch: SampleBatch;
}

/** The units that one call of an attack yields: a batch at each of its budgets. */
export interface Group {
  /** Index of the attack's settings; null for the clean inputs. */
  readonly step: number | null;
  readonly batch: SampleBatch;
  readonly units: readonly Unit[];
}

/**
 * Cuts a run into groups: all clean batches, then each attack's, in the order of generation, which is
 * also the order of records.
 *
 * @param samples number of samples @param batchSize samples a batch, at most
 */
export function makePlan(conditions: readonly ConditionRecord[], samples: number, batchSize: number): Group[] {
  const steps = [...new Set(conditions.map(({ step }) => step ?? null))];
  const groups: Group[] = [];
  let units = 0;
  for (const step of steps) {
    const own = conditions.filter((condition) => (condition.step ?? null) === step);
    for (let begin = 0; begin < samples; begin += batchSize) {
      const batch = { begin, end: Math.min(samples, begin + batchSize) };
      groups.push({ step, batch, units: own.map((condition) => ({ index: units++, condition, batch })) });
    }
  }
  return groups;
}

/** Records of each unit, in plan order. */
export function unitSizes(groups: readonly Group[]): number[] {
  return groups.flatMap(({ batch, units }) => units.map(() => batch.end - batch.begin));
}
