/**
 * Rows that each descend at their own pace: no row waits for another to end its search, so that a pass stays
 * full until the last rows are done.
 */

import { type Batch, type GradientModel, row, zeros } from "../../core/index.js";
import { type AttackContext, stopIfAborted } from "../attack.js";
import { goalOf, isFooled, labelsAt, margins } from "./goal.js";
import { marginAscent } from "./margin-ascent.js";

/** What the network said of one row's point. */
export interface Seen {
  /** The point asked about, one row; overwritten after `advance`. */
  readonly point: Float32Array;
  readonly isFooled: boolean;
  /** See `margins`; above 0 beyond the decision boundary. */
  readonly margin: number;
  /** Gradient of the margin at the point, one row; null where it was not asked for. */
  readonly ascent: Float32Array | null;
}

/** One row's search for the smallest perturbation. */
export interface Descent {
  /** Writes the next point to ask about. */
  place(point: Float32Array): void;
  /** Whether the margin's gradient at that point is likely to be needed: it costs a backward pass. */
  wantsGradient(): boolean;
  /**
   * Takes the answer. A descent that needs a gradient it did not get leaves its state as it is, wants it
   * from then on, and is asked for the same point again.
   *
   * @returns how much of it is done, 0 … 1; 1 ends it
   */
  advance(seen: Seen): number;
}

type Context = AttackContext<GradientModel, unknown>;

/**
 * Descends from every row of the context's x to its end.
 *
 * @param begin starts a row's search, which overwrites `found`, one row, with the nearest point that fooled
 * @returns [N, ...inputShape]; rows that `begin` and the search left alone are NaN
 */
export async function descendRows(
  context: Context,
  begin: (clean: Float32Array, found: Float32Array) => Descent,
): Promise<Batch> {
  const { x, labels, progress } = context;
  const found = zeros(x.shape);
  found.data.fill(Number.NaN);
  const descents = Array.from(labels, (_, i) => begin(row(x, i), row(found, i)));
  const done = new Float64Array(descents.length);
  for (;;) {
    const active = [...descents.keys()].filter((i) => (done[i] as number) < 1);
    if (active.length === 0) return found;
    const climbing = active.filter((i) => descents[i]?.wantsGradient());
    const looking = active.filter((i) => !descents[i]?.wantsGradient());
    if (climbing.length > 0) await visit(context, descents, climbing, true, done);
    if (looking.length > 0) await visit(context, descents, looking, false, done);
    progress?.(done.reduce((sum, part) => sum + part, 0) / done.length);
  }
}

async function visit(
  context: Context,
  descents: readonly Descent[],
  rows: readonly number[],
  withGradient: boolean,
  done: Float64Array,
): Promise<void> {
  const { model, labels, goal, signal } = context;
  stopIfAborted(signal);
  const points = zeros([rows.length, ...model.inputShape]);
  for (const [j, i] of rows.entries()) descents[i]?.place(row(points, j));
  const [logits, ascent] = withGradient ? await climb(context, points, rows) : [await model.logits(points), null];
  const distance = margins(logits, labelsAt(labels, rows), goalOf(goal, rows));
  for (const [j, i] of rows.entries()) {
    done[i] = (descents[i] as Descent).advance({
      point: row(points, j),
      isFooled: isFooled(row(logits, j), labels, goal, i),
      margin: distance[j] as number,
      ascent: ascent && row(ascent, j),
    });
  }
}

async function climb(
  { model, labels, goal }: Context,
  points: Batch,
  rows: readonly number[],
): Promise<[Batch, Batch]> {
  const pass = await model.open(points);
  const direction = marginAscent(pass.logits, labelsAt(labels, rows), goalOf(goal, rows));
  return [pass.logits, await pass.backward(direction).finally(() => pass.close())];
}
