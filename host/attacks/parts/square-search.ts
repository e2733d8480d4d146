/** Algorithm 1 of the Square attack: random proposals, each kept where it does not lower the loss. */

import { type Batch, countOf, type Oracle, type Rng, row, rowSize, zeros } from "../../core/index.js";
import { type AttackContext, stopIfAborted } from "../attack.js";
import { isFooled } from "./goal.js";
import { scoreReader } from "./score-reader.js";
import { type Squares, windowFraction } from "./squares.js";

export interface SearchSettings {
  /** Proposals a sample at most. */
  readonly steps: number;
  readonly pInit: number;
  readonly rescale: boolean;
}

export interface Found {
  /** Each row's best point; NaN where not one query was left. */
  readonly best: Batch;
  /** [N] */
  readonly isFooled: Uint8Array;
  /** [N] queries asked */
  readonly queries: Int32Array;
  /** [N] whether any proposal's loss differed from the loss before it. */
  readonly hasChanged: Uint8Array;
}

/**
 * Searches until each row is fooled, its steps are done or its queries are spent.
 *
 * @param squares proposals, which keep the best points in `best`
 * @param best [N, ...shape], overwritten
 * @param share the part of each sample's remaining queries that may be spent, 0 … 1
 */
export async function searchSquares(
  context: AttackContext<Oracle, SearchSettings>,
  squares: Squares,
  best: Batch,
  share: number,
  progress: (part: number) => void,
): Promise<Found> {
  const { model, x, labels, goal, samples, rng, params, signal } = context;
  const n = countOf(x);
  const size = rowSize(x);
  const reader = scoreReader(model, labels, goal);
  const lossOf = (scores: Float32Array, i: number): number =>
    goal.kind === "targeted" ? reader.logProbability(scores, i, goal.targets[i] as number) : reader.lead(scores, i);
  const losses = new Float64Array(n);
  const found = { best, isFooled: new Uint8Array(n), queries: new Int32Array(n), hasChanged: new Uint8Array(n) };
  const allowed = samples.map((sample) => Math.floor(model.remaining(sample) * share));
  const mayAsk = (i: number): boolean =>
    (found.queries[i] as number) < (allowed[i] as number) && model.remaining(samples[i] as number) >= 1;

  // Holds the candidates of the rows at work, packed; between rounds each equals its row's best point.
  const trials = zeros(x.shape);
  const trialAt = (place: number): Float32Array => trials.data.subarray(place * size, (place + 1) * size);
  const ask = (rows: readonly number[]): Promise<Batch> => {
    stopIfAborted(signal);
    for (const i of rows) found.queries[i] = (found.queries[i] as number) + 1;
    const data = trials.data.subarray(0, rows.length * size);
    const asked = rows.map((i) => samples[i] as number);
    return model.query({ data, shape: [rows.length, ...model.inputShape] }, asked);
  };

  best.data.fill(Number.NaN);
  let active: number[] = [];
  const rngs: Rng[] = samples.map((sample) => rng(sample));
  for (let i = 0; i < n; i++) {
    if (!mayAsk(i)) continue;
    const trial = trialAt(active.length);
    squares.start(trial, i, rngs[i] as Rng);
    squares.accept(trial, i);
    if (squares.canMove(i)) active.push(i);
  }
  if (active.length > 0) {
    const scores = await ask(active);
    for (const [place, i] of active.entries()) {
      losses[i] = lossOf(row(scores, place), i);
      found.isFooled[i] = Number(isFooled(row(scores, place), labels, goal, i));
    }
  }
  for (let step = 0; step < params.steps; step++) {
    active = keepActive(active, (i) => found.isFooled[i] === 0 && mayAsk(i), trials.data, size);
    if (active.length === 0) break;
    for (const [place, i] of active.entries()) {
      const steps = Math.min(params.steps, (allowed[i] as number) - 1);
      const fraction = windowFraction(step, steps, params.pInit, params.rescale);
      squares.propose(trialAt(place), i, fraction, rngs[i] as Rng);
    }
    const scores = await ask(active);
    for (const [place, i] of active.entries()) {
      const loss = lossOf(row(scores, place), i);
      const fooled = isFooled(row(scores, place), labels, goal, i);
      if (loss !== losses[i]) found.hasChanged[i] = 1;
      if (fooled || loss >= (losses[i] as number)) {
        squares.accept(trialAt(place), i);
        losses[i] = loss;
        found.isFooled[i] = Number(fooled);
      } else squares.reject(trialAt(place), i);
    }
    progress((step + 1) / params.steps);
  }
  progress(1);
  return found;
}

/** Drops rows that are done, closing the gaps in the packed candidates. */
function keepActive(
  active: readonly number[],
  isActive: (i: number) => boolean,
  trials: Float32Array,
  size: number,
): number[] {
  const kept: number[] = [];
  for (const [place, i] of active.entries()) {
    if (!isActive(i)) continue;
    if (kept.length < place) trials.copyWithin(kept.length * size, place * size, (place + 1) * size);
    kept.push(i);
  }
  return kept;
}
