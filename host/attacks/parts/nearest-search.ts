/** The loop of attacks that walk along the decision boundary, from both sides, to its nearest point. */

import { type Batch, type GradientModel, gather, row, zeros } from "../../core/index.js";
import { type AttackContext, type Goal, stopIfAborted } from "../attack.js";
import { goalOf, isFooled, labelsAt, margins } from "./goal.js";
import { distanceBetween } from "./length.js";

/** One sample at one step. */
export interface SampleStep {
  /** Its row in the attack's input. */
  readonly i: number;
  readonly step: number;
  readonly clean: Float32Array;
  /** To be moved, in place, within the bounds. */
  readonly point: Float32Array;
  /** Of what `ascent` wants to grow. */
  readonly gradient: Float32Array;
  readonly isFooled: boolean;
  /** How far beyond the boundary in logits; see `margins`. */
  readonly margin: number;
  /** From `clean` to `point`, in the attack's norm. */
  readonly distance: number;
  /** The smallest distance at which it was seen to be fooled, this step's included; Infinity before. */
  readonly best: number;
}

export interface NearestSearch {
  /** Forward passes a sample; the last is followed by no backward pass. */
  readonly steps: number;
  /** What the gradient is taken of: weights of the logits, [N, classes]. */
  ascent(logits: Batch, labels: Int32Array, goal: Goal): Batch;
  move(at: SampleStep): void;
}

/**
 * Moves every sample step by step and remembers its nearest point that fools.
 *
 * @returns one row a sample: the clean one where that fools already, NaN where nothing did
 */
export async function nearestFooling(
  { model, x, labels, goal, norm, signal, progress }: AttackContext<GradientModel, unknown>,
  search: NearestSearch,
): Promise<Batch> {
  const found = zeros(x.shape);
  found.data.fill(Number.NaN);
  const best = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY);
  let rows = Array.from(labels.keys());
  let clean = x;
  let at: Batch = { data: x.data.slice(), shape: x.shape };
  for (let step = 0; step < search.steps && rows.length > 0; step++) {
    stopIfAborted(signal);
    const pass = step + 1 < search.steps ? await model.open(at) : null;
    try {
      const logits = pass ? pass.logits : await model.logits(at);
      const fooled = rows.map((i, j) => isFooled(row(logits, j), labels, goal, i));
      const distance = rows.map((_, j) => distanceBetween(row(at, j), row(clean, j), norm));
      for (const [j, i] of rows.entries()) {
        if (!fooled[j] || !((distance[j] as number) < (best[i] as number))) continue;
        best[i] = distance[j] as number;
        row(found, i).set(row(at, j));
      }
      progress?.((step + 1) / search.steps);
      if (!pass) break;
      const [ownLabels, ownGoal] = [labelsAt(labels, rows), goalOf(goal, rows)];
      const margin = margins(logits, ownLabels, ownGoal);
      const gradient = await pass.backward(search.ascent(logits, ownLabels, ownGoal)); // [rows, ...inputShape]
      for (const [j, i] of rows.entries()) {
        search.move({
          i,
          step,
          clean: row(clean, j),
          point: row(at, j),
          gradient: row(gradient, j),
          isFooled: fooled[j] as boolean,
          margin: margin[j] as number,
          distance: distance[j] as number,
          best: best[i] as number,
        });
      }
    } finally {
      pass?.close();
    }
    if (step > 0) continue;
    // Those that fool without a perturbation are done.
    const left = [...rows.keys()].filter((j) => best[j] !== 0);
    [rows, clean, at] = [left, gather(clean, left), gather(at, left)];
  }
  return found;
}
