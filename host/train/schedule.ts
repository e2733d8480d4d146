/** The learning rate of every step. */

import type { Recipe } from "./recipe.js";

/**
 * A linear rise followed by a half cosine (Loshchilov & Hutter 2017, arXiv 1608.03983, without restarts).
 *
 * @param step 0 … steps - 1
 */
export function learningRateAt({ learningRate }: Recipe, step: number, steps: number): number {
  const { peak, warmup, start, end } = learningRate;
  const rise = warmup * steps;
  if (step < rise) return peak * (start + (1 - start) * (step / rise));
  const progress = (step - rise) / Math.max(1, steps - rise);
  return peak * (end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
