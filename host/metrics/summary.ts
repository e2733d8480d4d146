/**
 * The tables of a run, computed from its records alone: what the console, the report and the gates show.
 *
 * Nothing is estimated: an engine that was not asked about every sample of a condition has no rate there.
 */

import { ENGINES, type EngineName, type Norm } from "../core/index.js";
import { type AttackCost, costOf } from "./cost.js";
import type { Distortion } from "./distortion.js";
import type { AfterPart } from "./ensemble.js";
import type { Rate } from "./interval.js";
import { type McNemar, mcnemarOf } from "./mcnemar.js";
import { accuracy, attackSuccessRate, evasionRate, robustAccuracy, type SeenByTwo, transferRate } from "./rates.js";
import { percentiles } from "./spread.js";

/** What names a row of the tables: the clean inputs, or one attack, goal, norm and budget. */
export interface ConditionKey {
  /** Its place in the run's plan. */
  readonly condition: number;
  /** Attack id; "none" for the clean inputs. */
  readonly attack: string;
  /** The parameters that tell an attack from another of the same id in the run, as `steps=40`; absent where there is none. */
  readonly variant?: string | undefined;
  /** What it saw of the model, where that is not float's gradients: `asks native, logits`. */
  readonly access?: string | undefined;
  readonly goal?: "untargeted" | "targeted" | undefined;
  readonly norm?: Norm | undefined;
  /** Absent for the clean inputs and for attacks that look for the smallest perturbation. */
  readonly eps?: { readonly entered: string; readonly value: number; readonly steps?: number | undefined } | undefined;
}

/** One sample under one condition: the fields of a line of `samples.jsonl` that the tables need. */
export interface JudgedSample extends ConditionKey {
  readonly sample: number;
  readonly label: number;
  /** The class a targeted attack wanted. */
  readonly target?: number | undefined;
  /** The attack found nothing and the clean input stood in. */
  readonly gave_up?: true | undefined;
  /** Of the engines that were asked. */
  readonly predictions: Readonly<Partial<Record<EngineName, number>>>;
  /** Output bytes in hex, and their CRC-32. */
  readonly outputs?: { readonly native?: string | undefined; readonly device?: string | undefined } | undefined;
  readonly output_crc?: { readonly native?: number | undefined; readonly device?: number | undefined } | undefined;
  /** From the clean input to the adversarial one, before and after rounding to the grid. */
  readonly distortion?: { readonly before: Distortion; readonly after: Distortion } | undefined;
  /** Rounding pushed the norm above eps. */
  readonly above_eps?: boolean | undefined;
  readonly passes?: { readonly forward: number; readonly backward: number } | undefined;
  readonly queries?: number | undefined;
  /** Further quantised files of the model, by role, as the native build ran them. */
  readonly others?: Readonly<Record<string, { readonly prediction: number }>> | undefined;
}

export interface EngineRates {
  readonly engine: EngineName;
  /** On the clean inputs, or on the adversarial ones over all n (robust accuracy). */
  readonly accuracy: Rate;
  /** Fooled / clean-correct, both on this engine; absent for the clean inputs. */
  readonly attackSuccess?: Rate;
  /** From float before rounding to this engine; absent for the clean inputs and for float itself. */
  readonly transfer?: Rate;
  /** Fooled here while float stays right; absent for the clean inputs and for float itself. */
  readonly evasion?: Rate;
  /** Of an attack that looks for the smallest perturbation: see `medianNormOf`. */
  readonly medianNorm?: number | null;
}

export interface ConditionSummary extends ConditionKey {
  readonly samples: number;
  /** In the order of `ENGINES`, those that were asked about every sample. */
  readonly engines: readonly EngineRates[];
  /** The native build's rates on further quantised files of the model that ran every sample. */
  readonly files: readonly { readonly file: string; readonly rates: EngineRates }[];
  readonly gaveUp: number;
  /** Samples whose norm rounding pushed above eps. */
  readonly aboveEps: number;
  /** Samples with the outputs of both native and device, and those of them whose bytes differ. */
  readonly compared: number;
  readonly mismatches: number;
  /** On right or wrong over all n. First: float or grid control; second: the device. */
  readonly mcnemar: { readonly floatDevice?: McNemar; readonly gridDevice?: McNemar };
  /** Means over the samples on which the attack did not give up; absent for the clean inputs. */
  readonly meanDistortion?: { readonly before: Distortion; readonly after: Distortion };
  /** Of an ensemble: float's robust accuracy after each of its parts, in their order. */
  readonly parts?: readonly AfterPart[] | undefined;
  /** Absent parts were not counted. */
  readonly cost: AttackCost;
}

/**
 * Groups a run's samples by condition and computes each one's rates.
 *
 * @param samples of a whole run, clean ones included (they are what "clean-correct" refers to)
 * @param isMadeOnFloat whether the attack of a condition worked on the float model alone: where it did not, the
 *   float model is not the source, and nothing has a transfer rate from it
 * @returns one summary a condition, in the order in which the conditions first appear
 */
export function summarizeRun(
  samples: readonly JudgedSample[],
  isMadeOnFloat: (condition: number) => boolean = () => true,
): ConditionSummary[] {
  const groups = new Map<number, JudgedSample[]>();
  const clean = new Map<number, JudgedSample>();
  for (const one of samples) {
    if (one.attack === "none") clean.set(one.sample, one);
    const group = groups.get(one.condition);
    if (group) group.push(one);
    else groups.set(one.condition, [one]);
  }
  return [...groups.values()]
    .map((group) => summarizeCondition(group, clean))
    .map((summary) => (isMadeOnFloat(summary.condition) ? summary : withoutTransfer(summary)));
}

function withoutTransfer(summary: ConditionSummary): ConditionSummary {
  const strip = <T extends { readonly transfer?: Rate }>({ transfer, ...rest }: T): Omit<T, "transfer"> => rest;
  return {
    ...summary,
    engines: summary.engines.map(strip),
    files: summary.files.map(({ file, rates }) => ({ file, rates: strip(rates) })),
  };
}

/** The rates of one condition. @param samples at least one @param clean the clean inputs, by sample number */
export function summarizeCondition(
  samples: readonly JudgedSample[],
  clean: ReadonlyMap<number, JudgedSample>,
): ConditionSummary {
  const { condition, attack, goal, norm, eps } = samples[0] as JudgedSample;
  const isClean = attack === "none";
  const labels = samples.map(({ label }) => label);
  const seenBy = (engine: EngineName): number[] | null => {
    const seen = samples.flatMap(({ predictions }) => predictions[engine] ?? []);
    return seen.length === samples.length ? seen : null;
  };
  const engines = ENGINES.flatMap((engine): EngineRates[] => {
    const predictions = seenBy(engine);
    if (!predictions) return [];
    const seen = isClean ? [] : samples.flatMap((one) => sightOf(engine, one, clean.get(one.sample)));
    if (seen.length < samples.length) return [{ engine, accuracy: accuracy(labels, predictions) }];
    const own = {
      engine,
      accuracy: robustAccuracy(seen),
      attackSuccess: attackSuccessRate(seen),
      ...(norm && eps === undefined && { medianNorm: medianNormOf(engine, samples, clean, norm) }),
    };
    return [engine === "float" ? own : { ...own, transfer: transferRate(seen), evasion: evasionRate(seen) }];
  });
  const compare = (first: EngineName): McNemar | undefined => {
    const a = seenBy(first);
    const b = seenBy("device");
    return a && b ? mcnemarOf(labels, a, b) : undefined;
  };
  const floatDevice = compare("float");
  const gridDevice = compare("grid");
  const found = samples.filter(({ gave_up }) => !gave_up);
  const distortions = isClean ? [] : found.flatMap(({ distortion }) => distortion ?? []);
  const compared = samples.map(agrees).filter((same) => same !== null);
  return {
    condition,
    attack,
    goal,
    norm,
    eps,
    samples: samples.length,
    engines,
    files: filesOf(samples, clean),
    gaveUp: samples.length - found.length,
    aboveEps: samples.filter(({ above_eps }) => above_eps).length,
    compared: compared.length,
    mismatches: compared.filter((same) => !same).length,
    mcnemar: { ...(floatDevice && { floatDevice }), ...(gridDevice && { gridDevice }) },
    ...(distortions.length > 0 && {
      meanDistortion: {
        before: meanOf(distortions.map(({ before }) => before)),
        after: meanOf(distortions.map(({ after }) => after)),
      },
    }),
    cost: costOf(samples),
  };
}

/** Each file is judged as if the native build had run it instead of the run's own. */
function filesOf(
  samples: readonly JudgedSample[],
  clean: ReadonlyMap<number, JudgedSample>,
): ConditionSummary["files"] {
  return Object.keys(samples[0]?.others ?? {}).flatMap((file) => {
    const as = ({ others, predictions: { native: _, ...rest }, ...one }: JudgedSample): JudgedSample => {
      const prediction = others?.[file]?.prediction;
      return { ...one, predictions: prediction === undefined ? rest : { ...rest, native: prediction } };
    };
    const seenClean = new Map([...clean].map(([sample, one]) => [sample, as(one)]));
    const { engines } = summarizeCondition(samples.map(as), seenClean);
    const rates = engines.find(({ engine }) => engine === "native");
    return rates ? [{ file, rates }] : [];
  });
}

/**
 * The norm at which half of the samples that an engine has right are fooled on it: before rounding on float,
 * after rounding elsewhere. A sample that is not fooled counts as infinitely far.
 *
 * @returns null where half or more are not fooled, or none was right
 */
export function medianNormOf(
  engine: EngineName,
  samples: readonly JudgedSample[],
  clean: ReadonlyMap<number, JudgedSample>,
  norm: Norm,
): number | null {
  const sizes = samples.flatMap(({ sample, label, target, predictions, distortion }): number[] => {
    if (clean.get(sample)?.predictions[engine] !== label || target === label) return [];
    const isFooled = target === undefined ? predictions[engine] !== label : predictions[engine] === target;
    const size = distortion?.[engine === "float" ? "before" : "after"][norm];
    return [isFooled && size !== undefined ? size : Number.POSITIVE_INFINITY];
  });
  const [median] = sizes.length > 0 ? percentiles(sizes, [50]) : [];
  return median !== undefined && Number.isFinite(median) ? median : null;
}

/** Whether native and device gave the same bytes; null where only one of them was asked. */
export function agrees({ outputs, output_crc }: Pick<JudgedSample, "outputs" | "output_crc">): boolean | null {
  if (outputs?.native === undefined || outputs.device === undefined) return null;
  return outputs.native === outputs.device && output_crc?.native === output_crc?.device;
}

/** One sample as float and `engine` saw it; none where the clean inputs were not judged by both. */
function sightOf(engine: EngineName, one: JudgedSample, clean: JudgedSample | undefined): SeenByTwo[] {
  const cleanSeen = clean?.predictions[engine];
  const adversarial = one.predictions[engine];
  const sourceClean = clean?.predictions.float;
  const sourceAdversarial = one.predictions.float;
  if (cleanSeen === undefined || adversarial === undefined) return [];
  if (sourceClean === undefined || sourceAdversarial === undefined) return [];
  const { label, target } = one;
  return [{ label, target, clean: cleanSeen, adversarial, sourceClean, sourceAdversarial }];
}

function meanOf(all: readonly Distortion[]): Distortion {
  const mean = (norm: Norm): number => all.reduce((sum, one) => sum + one[norm], 0) / all.length;
  return { l0: mean("l0"), l1: mean("l1"), l2: mean("l2"), linf: mean("linf") };
}
