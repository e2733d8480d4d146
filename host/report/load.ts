/** What a report is made from: a run folder, read and summarised. */

import { type RunManifest, readManifest, readSamples, type SampleRecord } from "../data/index.js";
import { type ConditionSummary, summarizeRun } from "../metrics/index.js";

export interface ReportInput {
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly records: readonly SampleRecord[];
  /** In plan order; conditions of which nothing was measured yet are absent. */
  readonly summary: readonly ConditionSummary[];
}

/**
 * Reads a run folder, also of a run that is not complete.
 *
 * @throws McuEvalError FILE_MISSING, FILE_INVALID
 */
export async function loadRun(folder: string): Promise<ReportInput> {
  const manifest = await readManifest(folder);
  const records = await readSamples(folder);
  return { folder, manifest, records, summary: summarizeRun(records) };
}
