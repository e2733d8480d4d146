/**
 * Signs that a run's figures overstate robustness, read off its records.
 *
 * In the manner of AutoAttack's checks (Croce & Hein 2020, arXiv:2003.01690, and its flags) and of
 * Zimmermann et al. 2022, "Increasing confidence in adversarial robustness evaluations", arXiv:2206.13991.
 * docs/guide/flags.md has a section for each id.
 */

import type { EngineName, Norm } from "../core/index.js";
import { accuracy } from "./rates.js";
import type { JudgedSample } from "./summary.js";

export const SANITY_FLAGS = [
  "random-output",
  "zero-gradients",
  "too-few-steps",
  "loss-not-rising",
  "black-box-beats-white-box",
  "clean-accuracy-at-chance",
] as const;

export type SanityFlagId = (typeof SANITY_FLAGS)[number];

export interface SanityFlag {
  readonly id: SanityFlagId;
  /** What was found, with the counts. */
  readonly text: string;
}

/** A record with what the checks need of it. */
export interface CheckedSample extends JudgedSample {
  readonly logits?: { readonly float?: readonly number[] | undefined } | undefined;
}

export interface SanityFacts {
  readonly classes: number;
  /** By attack id: what it asked of the model. */
  readonly needs: Readonly<Record<string, "gradient" | "scores" | "labels">>;
}

/** Share of samples that a check leaves to chance and to rounding. */
const TOLERATED = 0.01;

/**
 * Checks that need the records of a whole run only.
 *
 * @param samples the clean inputs, and what attacks on the float model made of them: what was made on another
 *   network cannot be held against the float model's losses
 */
export function sanityFlags(samples: readonly CheckedSample[], facts: SanityFacts): SanityFlag[] {
  const clean = samples.filter(({ attack }) => attack === "none");
  const conditions = new Map<number, CheckedSample[]>();
  for (const one of samples) {
    if (one.attack !== "none") conditions.set(one.condition, [...(conditions.get(one.condition) ?? []), one]);
  }
  const rows = [...conditions.values()];
  return [...atChance(clean, facts.classes), ...lossNotRising(rows, clean, facts), ...blackBoxWins(rows, facts)];
}

/** Raised if the clean accuracy's 95 % interval reaches down to that of guessing. */
function atChance(clean: readonly CheckedSample[], classes: number): SanityFlag[] {
  return (["float", "native", "device"] as const).flatMap((engine: EngineName): SanityFlag[] => {
    const seen = clean.flatMap(({ predictions }) => predictions[engine] ?? []);
    if (seen.length === 0 || seen.length < clean.length) return [];
    const { numerator, denominator, low } = accuracy(
      clean.map(({ label }) => label),
      seen,
    );
    if (low === null || low > 1 / classes) return [];
    const text = `${engine} has ${numerator} of ${denominator} clean samples right, no more than guessing among ${classes} classes could have`;
    return [{ id: "clean-accuracy-at-chance", text }];
  });
}

/**
 * Raised if a budget attack with gradients left more than 1 % of the samples with a lower loss than clean, by
 * the margin and by the cross-entropy.
 */
function lossNotRising(
  rows: readonly (readonly CheckedSample[])[],
  clean: readonly CheckedSample[],
  { needs }: SanityFacts,
): SanityFlag[] {
  const cleanLogits = new Map(clean.map(({ sample, logits }) => [sample, logits?.float]));
  return rows.flatMap((row): SanityFlag[] => {
    const [{ attack, eps }] = row as [CheckedSample];
    if (needs[attack] !== "gradient" || eps === undefined || eps.value === 0) return [];
    const lower = row.filter((one) => {
      const before = cleanLogits.get(one.sample);
      const after = one.logits?.float;
      if (!before || !after || one.gave_up) return false;
      const [now, then] = [lossesOf(one, after), lossesOf(one, before)];
      return now.every((loss, k) => loss < (then[k] as number) - LOSS_ROUNDING);
    });
    if (lower.length <= TOLERATED * row.length) return [];
    const text = `${nameOf(row)}: the loss is lower than on the clean input for ${lower.length} of ${row.length} samples`;
    return [{ id: "loss-not-rising", text }];
  });
}

/** Logits are kept in nine digits; a step of float32 in a logit is no fall. */
const LOSS_ROUNDING = 1e-4;

/**
 * What an attack may have climbed: the margin, and log(sum of the rivals' exp) in the largest rival's place, with
 * which the cross-entropy rises and falls. Untargeted, rivals rise against the label; targeted, they fall
 * against the target.
 */
function lossesOf({ label, target }: CheckedSample, logits: readonly number[]): readonly number[] {
  const own = target ?? label;
  const rivals = logits.filter((_, k) => k !== own);
  const largest = Math.max(...rivals);
  const together = largest + Math.log(rivals.reduce((sum, rival) => sum + Math.exp(rival - largest), 0));
  const sign = target === undefined ? 1 : -1;
  return [largest, together].map((rival) => sign * (rival - (logits[own] as number)));
}

/**
 * Raised if a black-box attack does better on float than every white-box attack of the same goal, norm and
 * budget: on more than 1 % of the samples it alone fools (budget attacks), or on more than half of them it
 * needs less norm (minimal-norm attacks).
 */
function blackBoxWins(rows: readonly (readonly CheckedSample[])[], { needs }: SanityFacts): SanityFlag[] {
  const isWhite = (row: readonly CheckedSample[]): boolean => needs[row[0]?.attack ?? ""] === "gradient";
  const keyOf = ([one]: readonly CheckedSample[]): string =>
    `${one?.goal} ${one?.norm} ${one?.eps?.value ?? "minimal"}`;
  return rows
    .filter((row) => !isWhite(row))
    .flatMap((black): SanityFlag[] => {
      const white = rows.filter((row) => isWhite(row) && keyOf(row) === keyOf(black));
      if (white.length === 0) return [];
      const [{ norm, eps }] = black as [CheckedSample];
      const beats = norm === undefined || eps !== undefined ? foolsAlone : shorterBy(norm);
      const at = new Map(white.flatMap((row) => row).map((one) => [one.sample, [] as CheckedSample[]]));
      for (const row of white) for (const one of row) at.get(one.sample)?.push(one);
      const won = black.filter((one) => beats(one, at.get(one.sample) ?? []));
      if (won.length <= (eps === undefined ? 0.5 : TOLERATED) * black.length) return [];
      const how = eps === undefined ? "needs less norm" : "alone fools the float model";
      const text = `${nameOf(black)} ${how} on ${won.length} of ${black.length} samples, against ${white.map(nameOf).join(", ")}`;
      return [{ id: "black-box-beats-white-box", text }];
    });
}

const isFooled = ({ label, target, predictions }: CheckedSample): boolean =>
  target === undefined ? predictions.float !== label : predictions.float === target;

const foolsAlone = (black: CheckedSample, white: readonly CheckedSample[]): boolean =>
  isFooled(black) && !white.some(isFooled);

/** Less than the white boxes' by more than 1 %. */
const shorterBy =
  (norm: Norm) =>
  (black: CheckedSample, white: readonly CheckedSample[]): boolean => {
    const size = (one: CheckedSample): number =>
      isFooled(one) && one.distortion ? one.distortion.before[norm] : Number.POSITIVE_INFINITY;
    return size(black) < (1 - TOLERATED) * Math.min(...white.map(size));
  };

function nameOf(row: readonly CheckedSample[]): string {
  const [{ attack, norm, eps }] = row as [CheckedSample];
  return `${attack} (${norm}${eps ? ` ${eps.entered}` : ""})`;
}
