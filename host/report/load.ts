/** What a report is made from: a run folder, read and summarised. */

import { type RunManifest, readManifest, readSamples, type SampleRecord } from "../data/index.js";
import { type ConditionSummary, summarizeRun } from "../metrics/index.js";
import { variantsOf } from "./variants.js";

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
  const variants = variantsOf(manifest.settings.attacks);
  const summary = summarizeRun(records).map((one) => {
    const variant = variants[manifest.conditions[one.condition]?.step ?? -1];
    return variant ? { ...one, variant } : one;
  });
  return { folder, manifest, records, summary };
}
