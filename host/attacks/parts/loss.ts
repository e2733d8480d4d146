/** What an attack climbs: a loss of the logits, and its gradient with respect to them. */

import type { Batch } from "../../core/index.js";
import type { Goal } from "../attack.js";

/**
 * Writes the gradient of what a goal wants to grow, each row divided by its largest entry: +CE(label)
 * when untargeted, -CE(target) when targeted.
 *
 * Only directions are taken from it, and a confident sample's gradient of 1e-12 would vanish in the
 * float32 backward pass without the scaling; so would `softmax - 1` where the softmax is near 1,
 * which is why that entry is summed up from the others.
 *
 * @param logits [N, classes]
 * @param labels [N]
 * @param out [N, classes], overwritten; a row with a NaN logit becomes zero
 */
export function crossEntropyAscent(logits: Batch, labels: Int32Array, goal: Goal, out: Batch): void {
  const classes = logits.shape[1] as number;
  const sign = goal.kind === "targeted" ? -1 : 1;
  const wanted = goal.kind === "targeted" ? goal.targets : labels;
  for (let i = 0; i < labels.length; i++) {
    const from = i * classes;
    const label = wanted[i] as number;
    // Against the largest logit of the other classes, since the sum of theirs is the largest entry.
    let peak = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) if (k !== label) peak = Math.max(peak, logits.data[from + k] as number);
    let others = 0;
    for (let k = 0; k < classes; k++) if (k !== label) others += Math.exp((logits.data[from + k] as number) - peak);
    for (let k = 0; k < classes; k++) {
      const share = k === label ? -1 : Math.exp((logits.data[from + k] as number) - peak) / others;
      out.data[from + k] = Number.isFinite(others) ? sign * share : 0;
    }
  }
}

/**
 * The gradient of the cross-entropy with the labels as it is: softmax - one-hot in float32, zero where the
 * softmax saturates.
 *
 * @param logits [N, classes] @param labels [N] @returns [N, classes]
 */
export function crossEntropyGradient(logits: Batch, labels: Int32Array): Batch {
  const classes = logits.shape[1] as number;
  const out = { data: new Float32Array(logits.data.length), shape: logits.shape };
  for (let i = 0; i < labels.length; i++) {
    for (let k = 0; k < classes; k++) {
      out.data[i * classes + k] = Math.fround(Math.exp(-crossEntropy(logits, i, k))) - Number(k === labels[i]);
    }
  }
  return out;
}

/**
 * Cross-entropy of one row with a label: log(sum(exp(logits))) - logits[label].
 *
 * @param logits [N, classes]
 */
export function crossEntropy(logits: Batch, i: number, label: number): number {
  const classes = logits.shape[1] as number;
  const from = i * classes;
  let peak = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) peak = Math.max(peak, logits.data[from + k] as number);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp((logits.data[from + k] as number) - peak);
  return Math.log(sum) + peak - (logits.data[from + label] as number);
}
