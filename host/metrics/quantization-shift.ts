/** How far quantisation moves the logits. */

import { assertShape, type Batch, countOf, McuEvalError, row } from "../core/index.js";

export interface QuantizationShift {
  /** [N] Euclidean norm of the difference, in units of the logits. */
  readonly norms: Float64Array;
  /** Mean of `norms`; null where there is no sample. */
  readonly mean: number | null;
}

/**
 * Quantisation shift: the difference of the float network's logits and the quantised one's for the same
 * inputs, clean or adversarial. After Bernhard et al. 2019, arXiv:1909.12741, who call so what quantisation
 * does to activations; here the activation is the last one, dequantised, before the softmax.
 *
 * @param float [N, classes] @param quantized [N, classes], of the twin or of the board's `report_tensor`
 * @throws McuEvalError NOT_FINITE for a sample whose logits are no numbers
 */
export function quantizationShift(float: Batch, quantized: Batch): QuantizationShift {
  assertShape(quantized, float.shape, "the quantised model's logits");
  const norms = Float64Array.from({ length: countOf(float) }, (_, i) => {
    const other = row(quantized, i);
    const norm = Math.hypot(...row(float, i).map((logit, k) => logit - (other[k] as number)));
    if (Number.isFinite(norm)) return norm;
    throw new McuEvalError("NOT_FINITE", `the logits of sample ${i} hold NaN or infinity, expected numbers`);
  });
  return { norms, mean: norms.length === 0 ? null : norms.reduce((sum, norm) => sum + norm, 0) / norms.length };
}
