/** Which elements ZOO looks at next. */

import type { Rng } from "../../core/index.js";

/**
 * Draws distinct elements with probabilities in proportion to their weights, those of weight 0 never.
 *
 * By exponential keys (Efraimidis & Spirakis 2006): the smallest of -ln(u) / weight come first.
 *
 * @returns `wanted` elements, or as many as have weight
 */
export function drawElements(weights: ArrayLike<number>, wanted: number, rng: Rng): Int32Array {
  const keys = new Float64Array(weights.length);
  let candidates = 0;
  for (let i = 0; i < keys.length; i++) {
    const weight = weights[i] as number;
    if (weight > 0) candidates++;
    keys[i] = weight > 0 ? -Math.log(1 - rng.uniform()) / weight : Number.POSITIVE_INFINITY;
  }
  const count = Math.min(wanted, candidates);
  if (count === 0) return new Int32Array(0);
  const limit = keys.slice().sort()[count - 1] as number;
  const drawn = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < keys.length && at < count; i++) if ((keys[i] as number) <= limit) drawn[at++] = i;
  return drawn;
}
