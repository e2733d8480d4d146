/** What each part of an ensemble of attacks added. */

import { type Rate, rateOf } from "./interval.js";

/** One sample under an ensemble, as the attacked model saw it. */
export interface SeenByParts {
  readonly label: number;
  /** Predictions on the clean and on the adversarial input. */
  readonly clean: number;
  readonly adversarial: number;
  /** The part that made the adversarial input; absent where none did. */
  readonly foundBy?: string | undefined;
}

/** What is left after a part and all before it. */
export interface AfterPart {
  readonly part: string;
  readonly rate: Rate;
}

/**
 * Robust accuracy after each part, over all samples: right on the clean input, and not fooled by this part
 * or one before it. A wrong sample that no part claims was lost before the first.
 *
 * @param parts in the order in which they ran
 * @returns one rate a part
 */
export function robustAfterParts(samples: readonly SeenByParts[], parts: readonly string[]): Rate[] {
  return parts.map((_, last) => {
    const stands = ({ label, clean, adversarial, foundBy }: SeenByParts): boolean =>
      clean === label && (adversarial === label || (foundBy !== undefined && parts.indexOf(foundBy) > last));
    return rateOf(samples.filter(stands).length, samples.length);
  });
}
