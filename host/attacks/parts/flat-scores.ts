/** What a user is told where an oracle's scores never changed, so that no search could follow them. */

import type { Oracle } from "../../core/index.js";

/**
 * @param count samples whose scores were flat, of `samples`
 * @param where the scores were looked at, e.g. "in 40 queries"
 */
export function flatScoresLine(
  count: number,
  samples: number,
  where: string,
  { scoresAre }: Pick<Oracle, "scoresAre">,
): string {
  const found = `${count} of ${samples} samples: the scores never changed ${where}`;
  if (scoresAre === "logits") return `${found}: the model is flat there, in its logits too`;
  return `${found} (saturated softmax): ask for the tensor before the softmax, with --oracle-scores logits`;
}
