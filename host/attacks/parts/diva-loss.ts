/** DIVA's loss on two networks, as gradients with respect to the logits of each. */

import type { Batch } from "../../core/index.js";
import type { Goal } from "../attack.js";

export interface DivaWeights {
  /** Weight of the twin's probability against the float network's. */
  readonly balance: number;
  /** Weight of the twin's cross-entropy with the target, where there is one. */
  readonly targetWeight: number;
}

/**
 * Writes the gradients of p_float[y] - balance * p_twin[y], and when targeted of
 * - targetWeight * CE(twin, target) too, for labels y. Each sample's two rows are divided by their
 * common largest entry: only the direction of the sum of both input gradients is used, and confident
 * samples' entries of 1e-12 would vanish in a float32 backward pass.
 *
 * @param float [N, classes] logits @param twin [N, classes] logits
 * @param dFloat [N, classes], overwritten @param dTwin [N, classes], overwritten; zeros in both for a row
 *   with a NaN logit
 */
export function divaAscent(
  float: Batch,
  twin: Batch,
  labels: Int32Array,
  goal: Goal,
  { balance, targetWeight }: DivaWeights,
  dFloat: Batch,
  dTwin: Batch,
): void {
  const classes = float.shape[1] as number;
  dFloat.data.fill(0);
  dTwin.data.fill(0);
  const rowF = new Float64Array(classes);
  const rowT = new Float64Array(classes);
  const p = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    const from = i * classes;
    const label = labels[i] as number;
    probabilities(float.data, from, p);
    probabilityGradient(p, label, 1, rowF);
    probabilities(twin.data, from, p);
    probabilityGradient(p, label, -balance, rowT);
    if (goal.kind === "targeted") {
      const target = goal.targets[i] as number;
      for (let k = 0; k < classes; k++) {
        // 1 - p is summed up from the others, which keeps its digits where p is near 1.
        const slope = k === target ? others(p, target) : -(p[k] as number);
        rowT[k] = (rowT[k] as number) + targetWeight * slope;
      }
    }
    let peak = 0;
    for (let k = 0; k < classes; k++) {
      peak = Math.max(peak, Math.abs(rowF[k] as number), Math.abs(rowT[k] as number));
    }
    if (!(peak > 0)) continue;
    for (let k = 0; k < classes; k++) {
      dFloat.data[from + k] = (rowF[k] as number) / peak;
      dTwin.data[from + k] = (rowT[k] as number) / peak;
    }
  }
}

/** The softmax of one row. */
function probabilities(logits: Float32Array, from: number, out: Float64Array): void {
  let peak = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < out.length; k++) peak = Math.max(peak, logits[from + k] as number);
  let sum = 0;
  for (let k = 0; k < out.length; k++) {
    const power = Math.exp((logits[from + k] as number) - peak);
    out[k] = power;
    sum += power;
  }
  for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) / sum;
}

/** weight * d p[label] / d logits = weight * p[label] * (one-hot(label) - p). */
function probabilityGradient(p: Float64Array, label: number, weight: number, out: Float64Array): void {
  const own = weight * (p[label] as number);
  for (let k = 0; k < p.length; k++) out[k] = own * (k === label ? others(p, label) : -(p[k] as number));
}

/** The probability of all classes but one. */
function others(p: Float64Array, one: number): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (k !== one) sum += p[k] as number;
  return sum;
}
