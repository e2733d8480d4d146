/** The run in one sentence, and the few figures that go with it. */

import type { RunManifest } from "../data/index.js";
import type { ConditionSummary, Rate } from "../metrics/index.js";
import { fraction, grouped, interval, percent, plural } from "./format.js";
import type { ReportInput } from "./load.js";
import { attackTitle, conditionTitle, deviceId, ratesOf } from "./names.js";

/** A budget counts as effective when it fools at least this share of what float classifies correctly. */
const EFFECTIVE = 0.5;

/** The engine that conclusions are drawn about: the device, or the native build in a run without one. */
export function judgedEngine(summary: readonly ConditionSummary[]): "device" | "native" | null {
  const has = (engine: "device" | "native"): boolean => summary.some((one) => ratesOf(one, engine) !== undefined);
  return has("device") ? "device" : has("native") ? "native" : null;
}

/**
 * The condition that speaks for an attack: the smallest budget of at least one grid step that fools half of
 * float's correct samples; else the largest budget.
 *
 * @param own conditions of one attack, at least one
 */
function representative(own: readonly ConditionSummary[]): ConditionSummary {
  const ascending = [...own].sort((a, b) => (a.eps?.value ?? 0) - (b.eps?.value ?? 0));
  const effective = ascending.find(
    (one) => (one.eps?.steps ?? 1) >= 1 && (ratesOf(one, "float")?.attackSuccess?.value ?? 0) >= EFFECTIVE,
  );
  return effective ?? (ascending.at(-1) as ConditionSummary);
}

/** One condition for each attack of the run, in plan order. */
export function representatives(summary: readonly ConditionSummary[]): ConditionSummary[] {
  const groups = new Map<string, ConditionSummary[]>();
  for (const one of summary) {
    if (one.attack === "none") continue;
    const key = JSON.stringify([attackTitle(one), one.goal, one.norm]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(representative);
}

/** The condition that the summary speaks of: that of the first attack. */
export function headlineCondition(summary: readonly ConditionSummary[]): ConditionSummary | null {
  return representatives(summary)[0] ?? null;
}

/** `images` for inputs that are pictures, else `samples`. */
function noun(manifest: RunManifest): string {
  const [, , channels] = manifest.dataset.shape;
  return manifest.dataset.shape.length === 3 && (channels === 1 || channels === 3) ? "image" : "sample";
}

function judgedName({ manifest }: ReportInput, engine: "device" | "native"): string {
  return engine === "device" ? (deviceId(manifest) ?? "the device") : "the native build";
}

/** The run's outcome in one sentence. */
export function summarySentence(input: ReportInput): string {
  const { manifest, summary } = input;
  const engine = judgedEngine(summary);
  const one = headlineCondition(summary);
  const things = (rate: Rate): string => plural(rate.denominator, noun(manifest));
  if (one && engine) {
    const transfer = ratesOf(one, engine)?.transfer;
    if (transfer && transfer.value !== null) {
      const aim = one.goal === "targeted" ? "drives to its target" : "fools";
      const where = one.eps ? ` at ${one.eps.entered}` : "";
      return (
        `Of ${things(transfer)} that float and ${engine} classify correctly and ${attackTitle(one)}${where} ${aim} on float, ` +
        `${grouped(transfer.numerator)} (${percent(transfer.value)}, 95 % CI ${interval(transfer)} %) ` +
        `also fool ${judgedName(input, engine)}.`
      );
    }
    if (transfer) {
      return `No ${noun(manifest)} that float and ${engine} classify correctly was fooled on float by ${conditionTitle(one)}.`;
    }
  }
  const accuracy = summary[0] && ratesOf(summary[0], engine ?? "float")?.accuracy;
  if (!accuracy || accuracy.value === null) return "Nothing has been measured yet.";
  const who = engine ? judgedName(input, engine) : "the float model";
  return (
    `Of ${things(accuracy)}, ${grouped(accuracy.numerator)} (${percent(accuracy.value)}, 95 % CI ${interval(accuracy)} %) ` +
    `are classified correctly by ${who}.`
  );
}

/** What rounding alone did to the headline's adversarial examples, or null without a grid control. */
export function roundingSentence({ manifest, summary }: ReportInput): string | null {
  const one = headlineCondition(summary);
  const grid = one && ratesOf(one, "grid")?.transfer;
  if (!grid || grid.value === null) return null;
  return (
    `Rounding to the input grid alone leaves ${grouped(grid.numerator)} of ${plural(grid.denominator, noun(manifest))} ` +
    `fooled on the float model itself (${percent(grid.value)}).`
  );
}

/** Whether native and device agree, or null where they were not both asked. */
export function equalityOf(summary: readonly ConditionSummary[]): { compared: number; mismatches: number } | null {
  const compared = summary.reduce((sum, one) => sum + one.compared, 0);
  const mismatches = summary.reduce((sum, one) => sum + one.mismatches, 0);
  return compared === 0 ? null : { compared, mismatches };
}

/** The statement on native against device, or null where they were not both asked. */
export function equalitySentence(summary: readonly ConditionSummary[]): string | null {
  const equality = equalityOf(summary);
  if (!equality) return null;
  const { compared, mismatches } = equality;
  return mismatches === 0
    ? `Native and device gave the same output bytes on all ${plural(compared, "inference")}.`
    : `NATIVE AND DEVICE DIFFER: other output bytes on ${grouped(mismatches)} of ${plural(compared, "inference")}.`;
}

export interface KeyFigure {
  readonly title: string;
  readonly value: string;
  readonly notes: readonly string[];
  readonly alarm?: boolean;
}

/** Three or four figures to take away; what was not measured is left out. */
export function keyFigures({ summary }: ReportInput): KeyFigure[] {
  const engine = judgedEngine(summary);
  const one = headlineCondition(summary);
  const clean = summary.find(({ attack }) => attack === "none");
  const figures: KeyFigure[] = [];
  const add = (title: string, of: ConditionSummary, rate: Rate | undefined, source: Rate | undefined): void => {
    if (!engine || !rate || rate.value === null) return;
    const where = of.attack === "none" ? engine : `${engine}, ${conditionTitle(of)}`;
    const against = source?.value == null ? [] : [`float: ${percent(source.value)}`];
    figures.push({
      title,
      value: percent(rate.value),
      notes: [where, `${fraction(rate)} · ${interval(rate)}`, ...against],
    });
  };
  if (clean && engine) {
    add("clean accuracy", clean, ratesOf(clean, engine)?.accuracy, ratesOf(clean, "float")?.accuracy);
  }
  if (one && engine) {
    add("robust accuracy", one, ratesOf(one, engine)?.accuracy, ratesOf(one, "float")?.accuracy);
    add("transfer rate from float", one, ratesOf(one, engine)?.transfer, undefined);
  }
  const equality = equalityOf(summary);
  if (equality) {
    const { compared, mismatches } = equality;
    figures.push({
      title: "native and device",
      value: mismatches === 0 ? "equal" : `${grouped(mismatches)} differ`,
      notes: ["output bytes", `${grouped(compared - mismatches)}/${grouped(compared)} inferences`],
      alarm: mismatches > 0,
    });
  }
  return figures;
}
