/** The tables of a run, computed from its records alone. */

import {
  accuracy,
  attackSuccessRate,
  type McNemar,
  mcnemarOf,
  type Rate,
  robustAccuracy,
  type SeenByTwo,
  transferRate,
} from "../metrics/index.js";
import { ENGINES, type EngineName } from "./engines.js";

/** One sample under one condition, as the tables need it. */
export interface Verdict {
  readonly sample: number;
  readonly label: number;
  readonly target?: number | undefined;
  /** Of the engines that were asked. */
  readonly predictions: Readonly<Partial<Record<EngineName, number>>>;
  readonly gaveUp?: boolean | undefined;
  readonly aboveEps?: boolean | undefined;
  /** Native and device gave the same bytes; absent where only one of them was asked. */
  readonly agrees?: boolean | undefined;
}

export interface EngineRates {
  readonly engine: EngineName;
  /** On the clean inputs, or on the adversarial ones over all n (robust accuracy). */
  readonly accuracy: Rate;
  /** Fooled / clean-correct, both on this engine; absent for the clean inputs. */
  readonly attackSuccess?: Rate;
  /** From float before rounding to this engine; absent for the clean inputs and for float itself. */
  readonly transfer?: Rate;
}

export interface ConditionSummary {
  readonly samples: number;
  readonly engines: readonly EngineRates[];
  readonly gaveUp: number;
  /** Samples whose norm rounding pushed above eps. */
  readonly aboveEps: number;
  /** Samples on which native and device gave other bytes. */
  readonly mismatches: number;
  /** First: float or grid control; second: the device. */
  readonly mcnemar: { readonly floatDevice?: McNemar; readonly gridDevice?: McNemar };
}

/** The rates of one condition. @param clean verdicts on the clean inputs, in the same order of samples */
export function summarize(verdicts: readonly Verdict[], clean: readonly Verdict[] | null): ConditionSummary {
  const labels = verdicts.map(({ label }) => label);
  const seenBy = (engine: EngineName): number[] | null => {
    const seen = verdicts.map(({ predictions }) => predictions[engine]);
    return seen.length > 0 && seen.every((prediction) => prediction !== undefined) ? seen : null;
  };
  const engines = ENGINES.flatMap((engine): EngineRates[] => {
    const predictions = seenBy(engine);
    if (!predictions) return [];
    if (!clean) return [{ engine, accuracy: accuracy(labels, predictions) }];
    const seen = verdicts.map((verdict, i) => sightOf(engine, verdict, clean[i] as Verdict));
    const own = { engine, accuracy: robustAccuracy(seen), attackSuccess: attackSuccessRate(seen) };
    return [engine === "float" ? own : { ...own, transfer: transferRate(seen) }];
  });
  const compare = (first: EngineName): McNemar | undefined => {
    const a = seenBy(first);
    const b = seenBy("device");
    return a && b ? mcnemarOf(labels, a, b) : undefined;
  };
  const floatDevice = compare("float");
  const gridDevice = compare("grid");
  return {
    samples: verdicts.length,
    engines,
    gaveUp: verdicts.filter(({ gaveUp }) => gaveUp).length,
    aboveEps: verdicts.filter(({ aboveEps }) => aboveEps).length,
    mismatches: verdicts.filter(({ agrees }) => agrees === false).length,
    mcnemar: { ...(floatDevice ? { floatDevice } : {}), ...(gridDevice ? { gridDevice } : {}) },
  };
}

function sightOf(engine: EngineName, { label, target, predictions }: Verdict, clean: Verdict): SeenByTwo {
  const of = (verdict: Verdict["predictions"], name: EngineName): number => verdict[name] ?? -1;
  return {
    label,
    target,
    clean: of(clean.predictions, engine),
    adversarial: of(predictions, engine),
    sourceClean: of(clean.predictions, "float"),
    sourceAdversarial: of(predictions, "float"),
  };
}
