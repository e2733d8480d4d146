/** What a run does, in which order: conditions, batches of samples, and the units that are journaled. */

import type { Eps } from "../core/index.js";

/** One row of the tables: the clean inputs, or one attack at one budget. */
export interface Condition {
  /** Its place in the plan's order. */
  readonly index: number;
  /** Null for the clean inputs. */
  readonly step: number | null;
  /** Null for the clean inputs and for attacks that search the smallest perturbation. */
  readonly eps: Eps | null;
}

/** Consecutive samples that are generated together; rows count within the dataset. */
export interface SampleBatch {
  readonly index: number;
  readonly begin: number;
  readonly end: number;
}

/** What one call of the generator yields: one batch of samples under each of `conditions`. */
export interface Group {
  readonly step: number | null;
  readonly batch: SampleBatch;
  readonly conditions: readonly Condition[];
}

export interface Plan {
  readonly conditions: readonly Condition[];
  readonly batches: readonly SampleBatch[];
  /** In the order of generation: all clean batches, then each attack's. */
  readonly groups: readonly Group[];
}

/** The part of an attack's settings that the plan depends on; no eps means a minimal attack. */
export interface PlannedStep {
  readonly eps: readonly Eps[];
}

/** Cuts a run into groups. @param samples number of samples @param batchSize samples a batch, at most */
export function makePlan(samples: number, batchSize: number, steps: readonly PlannedStep[]): Plan {
  const batches: SampleBatch[] = [];
  for (let begin = 0; begin < samples; begin += batchSize) {
    batches.push({ index: batches.length, begin, end: Math.min(samples, begin + batchSize) });
  }
  const conditions: Condition[] = [{ index: 0, step: null, eps: null }];
  for (const [step, { eps }] of steps.entries()) {
    for (const budget of eps.length > 0 ? eps : [null])
      conditions.push({ index: conditions.length, step, eps: budget });
  }
  const groups = [null, ...steps.keys()].flatMap((step) => {
    const own = conditions.filter((condition) => condition.step === step);
    return batches.map((batch) => ({ step, batch, conditions: own }));
  });
  return { conditions, batches, groups };
}
