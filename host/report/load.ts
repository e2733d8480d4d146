/** What a report is made from: a run folder, read and summarised. */

import {
  type AttackSettings,
  isMadeOnFloat,
  type RunManifest,
  readManifest,
  readSamples,
  type SampleRecord,
} from "../data/index.js";
import { type AfterPart, type ConditionSummary, rateOf, summarizeRun } from "../metrics/index.js";
import { accessOf, variantsOf } from "./variants.js";

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
  const { attacks } = manifest.settings;
  const variants = variantsOf(attacks);
  const settingsOf = (condition: number): AttackSettings | undefined =>
    attacks[manifest.conditions[condition]?.step ?? -1];
  const fromFloat = (condition: number): boolean => {
    const settings = settingsOf(condition);
    return settings === undefined || isMadeOnFloat(settings);
  };
  const summary = summarizeRun(records, fromFloat).map((one): ConditionSummary => {
    const step = manifest.conditions[one.condition]?.step ?? -1;
    const settings = settingsOf(one.condition);
    const access = settings && accessOf(settings);
    const variant = variants[step];
    const parts = partsOf(manifest, one.condition);
    return { ...one, ...(variant && { variant }), ...(access && { access }), ...(parts.length > 0 && { parts }) };
  });
  return { folder, manifest, records, summary };
}

/** As the run wrote them: the records name the part that fooled a sample, but not the order of all parts. */
function partsOf({ results = [] }: RunManifest, condition: number): AfterPart[] {
  return results.flatMap((result) =>
    "part" in result && result.part !== undefined && result.condition === condition
      ? [{ part: result.part, rate: rateOf(result.numerator, result.denominator) }]
      : [],
  );
}
