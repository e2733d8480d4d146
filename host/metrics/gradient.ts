/** What quantisation does to gradients: entries that vanish, directions that turn. */

import { assertShape, type Batch, countOf, McuEvalError, row } from "../core/index.js";

/**
 * Zero-density: the share of a gradient's entries with |g| <= tau. Costa & Pinto 2024, arXiv:2404.05688,
 * count zeros of estimated gradients; tau is stated with every figure, since float32 noise is rarely 0.
 *
 * @param gradients [N, ...], analytic or estimated
 * @param tau not negative, in units of the gradient
 * @returns [N] shares, 0 … 1; an entry that is NaN is not near zero
 */
export function zeroDensity(gradients: Batch, tau: number): Float64Array {
  if (!(tau >= 0)) throw new McuEvalError("USAGE", `tau is ${tau}, expected a number that is not negative`);
  return Float64Array.from({ length: countOf(gradients) }, (_, i) => {
    const values = row(gradients, i);
    let near = 0;
    for (let k = 0; k < values.length; k++) if (Math.abs(values[k] as number) <= tau) near++;
    return near / values.length;
  });
}

/**
 * The cosine of the angle between two gradients of each sample: 1 where they agree, 0 where one says
 * nothing about the other. Of the float network and of the twin it is the gradient misalignment of
 * Bernhard et al. 2019, arXiv:1909.12741.
 *
 * @param first @param second [N, ...], of equal shapes
 * @returns [N]; null where either gradient is zero or holds NaN or infinity
 */
export function gradientCosine(first: Batch, second: Batch): (number | null)[] {
  assertShape(second, first.shape, "the second gradient");
  return Array.from({ length: countOf(first) }, (_, i) => cosine(row(first, i), row(second, i)));
}

/** Scaled by the largest entries: a confident sample's 1e-30 would underflow when squared and multiplied. */
function cosine(a: Float32Array, b: Float32Array): number | null {
  const [peakA, peakB] = [peakOf(a), peakOf(b)];
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let k = 0; k < a.length; k++) {
    const u = (a[k] as number) / peakA;
    const v = (b[k] as number) / peakB;
    product += u * v;
    squareA += u * u;
    squareB += v * v;
  }
  const value = product / Math.sqrt(squareA * squareB);
  return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : null;
}

function peakOf(values: Float32Array): number {
  let peak = 0;
  for (let k = 0; k < values.length; k++) peak = Math.max(peak, Math.abs(values[k] as number));
  return peak;
}
