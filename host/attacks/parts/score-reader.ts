/** What an attack reads from an oracle's scores, in float64 and whatever scale they have. */

import type { Oracle } from "../../core/index.js";
import type { Goal } from "../attack.js";
import { areProbabilities, logProbabilities } from "./log-probabilities.js";

export interface ScoreReader {
  /**
   * How far row `row` is beyond the boundary in logits, as `margins` has it: above 0 it is fooled, ties aside.
   *
   * @param scores [classes]
   */
  lead(scores: Float32Array, row: number): number;
  /** The logarithm of a class's probability. */
  logProbability(scores: Float32Array, row: number, label: number): number;
}

const UNKNOWN = -1;

/**
 * Makes a reader for the rows of a batch. Where the oracle does not tell whether its scores are logits or
 * probabilities, each row's first scores decide by their looks.
 */
export function scoreReader(
  { classes, scoresAre }: Pick<Oracle, "classes" | "scoresAre">,
  labels: Int32Array,
  goal: Goal,
): ScoreReader {
  const logs = new Float64Array(classes);
  const known = scoresAre === undefined ? UNKNOWN : Number(scoresAre === "probabilities");
  const isProbability = new Int8Array(labels.length).fill(known);
  const read = (scores: Float32Array, row: number): void => {
    if (isProbability[row] === UNKNOWN) isProbability[row] = Number(areProbabilities(scores));
    logProbabilities(scores, isProbability[row] === 1, logs);
  };
  return {
    lead(scores, row) {
      read(scores, row);
      const own = goal.kind === "targeted" ? (goal.targets[row] as number) : (labels[row] as number);
      let other = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) if (k !== own) other = Math.max(other, logs[k] as number);
      const lead = (logs[own] as number) - other;
      return goal.kind === "targeted" ? lead : -lead;
    },
    logProbability(scores, row, label) {
      read(scores, row);
      return logs[label] as number;
    },
  };
}
