/** An oracle's scores on one scale, whether it gives logits or the softmax's output, quantised or not. */

/** The output steps of int8 and int16 softmax, fixed by TFLite's quantisation specification. */
const SOFTMAX_STEPS = [1 / 256, 1 / 32768];

/** Stands for a probability that float32 cannot tell from zero. */
const SMALLEST = 2 ** -149;

/**
 * Whether a row looks like a softmax's output: nowhere below 0, its sum 1 up to half a step of int8 a class.
 *
 * @param scores [classes]
 */
export function areProbabilities(scores: ArrayLike<number>): boolean {
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    if (!((scores[k] as number) >= 0)) return false;
    sum += scores[k] as number;
  }
  return Math.abs(sum - 1) <= scores.length / 512 + 1e-5;
}

/**
 * The logarithm of the softmax, in float64. Of probabilities it is their own logarithm, where a zero counts
 * as half a step: a quantised score says no more.
 *
 * @param scores [classes]
 * @param isProbability whether they passed a softmax already
 * @param out [classes], overwritten; differences between its entries are those between the logits
 */
export function logProbabilities(scores: ArrayLike<number>, isProbability: boolean, out: Float64Array): void {
  if (isProbability) {
    const floor = floorOf(scores);
    for (let k = 0; k < out.length; k++) out[k] = Math.log(Math.max(floor, scores[k] as number));
    return;
  }
  let peak = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < out.length; k++) peak = Math.max(peak, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < out.length; k++) sum += Math.exp((scores[k] as number) - peak);
  const total = peak + Math.log(sum);
  for (let k = 0; k < out.length; k++) out[k] = (scores[k] as number) - total;
}

function floorOf(scores: ArrayLike<number>): number {
  for (const step of SOFTMAX_STEPS) {
    let isMultiple = true;
    for (let k = 0; k < scores.length && isMultiple; k++) isMultiple = Number.isInteger((scores[k] as number) / step);
    if (isMultiple) return step / 2;
  }
  return SMALLEST;
}
