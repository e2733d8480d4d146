/**
 * What share of the samples an engine got right, lost to an attack, or took over from another engine.
 *
 * An attack that gave up on a sample leaves the clean input, so its "adversarial" prediction is the
 * clean one.
 */

import { type Rate, rateOf } from "./interval.js";

/** One sample as one engine m saw it. */
export interface Seen {
  readonly label: number;
  /** The class a targeted attack wanted; absent when untargeted. */
  readonly target?: number | undefined;
  /** m's prediction on the clean input. */
  readonly clean: number;
  /** m's prediction on the adversarial input. */
  readonly adversarial: number;
}

/** One sample as the attacked float model and an engine m saw it. */
export interface SeenByTwo extends Seen {
  /** The float model's prediction on the clean input. */
  readonly sourceClean: number;
  /** The float model's prediction on the adversarial input before rounding. */
  readonly sourceAdversarial: number;
}

/** Right predictions over all samples. */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): Rate {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return rateOf(right, labels.length);
}

/** Right predictions on adversarial inputs over all n samples, also those that were wrong on clean ones. */
export function robustAccuracy(samples: readonly Seen[]): Rate {
  return rateOf(samples.filter(({ label, adversarial }) => adversarial === label).length, samples.length);
}

function isFooled(label: number, target: number | undefined, predicted: number): boolean {
  return target === undefined ? predicted !== label : predicted === target;
}

/** Whether a sample can count at all: a targeted attack cannot aim at the label itself. */
function counts({ label, target }: Seen): boolean {
  return target !== label;
}

/** Fooled on m / clean-correct on m. Targeted: fooled = predicts the target. */
export function attackSuccessRate(samples: readonly Seen[]): Rate {
  const eligible = samples.filter((sample) => counts(sample) && sample.clean === sample.label);
  const fooled = eligible.filter(({ label, target, adversarial }) => isFooled(label, target, adversarial));
  return rateOf(fooled.length, eligible.length);
}

/** Fooled on m / (clean-correct on float and on m, and fooled on float before rounding). */
export function transferRate(samples: readonly SeenByTwo[]): Rate {
  const eligible = samples.filter(
    (sample) =>
      counts(sample) &&
      sample.clean === sample.label &&
      sample.sourceClean === sample.label &&
      isFooled(sample.label, sample.target, sample.sourceAdversarial),
  );
  const fooled = eligible.filter(({ label, target, adversarial }) => isFooled(label, target, adversarial));
  return rateOf(fooled.length, eligible.length);
}

/**
 * Fooled on m while float still predicts the label / clean-correct on float and on m: what a check of the
 * float model never sees. What Hao et al. 2022, arXiv:2204.10933, call evasive success.
 */
export function evasionRate(samples: readonly SeenByTwo[]): Rate {
  const eligible = samples.filter(
    (sample) => counts(sample) && sample.clean === sample.label && sample.sourceClean === sample.label,
  );
  const evading = eligible.filter(
    ({ label, target, adversarial, sourceAdversarial }) =>
      sourceAdversarial === label && isFooled(label, target, adversarial),
  );
  return rateOf(evading.length, eligible.length);
}
