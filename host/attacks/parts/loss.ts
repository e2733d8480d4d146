/** What an attack climbs: a loss of the logits, and its gradient with respect to them. */

import { type Batch, row } from "../../core/index.js";
import type { Goal } from "../attack.js";
import { crossEntropyRow, towardsRow } from "./row-losses.js";

/**
 * Writes the gradient of what a goal wants to grow, each row divided by its largest entry: +CE(label)
 * when untargeted, -CE(target) when targeted.
 *
 * Only directions are taken from it, and a confident sample's gradient of 1e-12 would vanish in the
 * float32 backward pass without the scaling.
 *
 * @param logits [N, classes]
 * @param labels [N]
 * @param out [N, classes], overwritten; a row with a NaN logit becomes zero
 */
export function crossEntropyAscent(logits: Batch, labels: Int32Array, goal: Goal, out: Batch): void {
  for (let i = 0; i < labels.length; i++) {
    const ascent = row(out, i);
    const loss =
      goal.kind === "targeted"
        ? towardsRow(row(logits, i), goal.targets[i] as number, ascent)
        : crossEntropyRow(row(logits, i), labels[i] as number, ascent);
    if (!Number.isFinite(loss)) ascent.fill(0);
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
