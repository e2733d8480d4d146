/**
 * Rows that each walk at their own pace: no row waits for another to end its search, so that a pass stays
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

/** One row's search. */
export interface Walk {
  /** Writes the next point to ask about. */
  place(point: Float32Array): void;
  /** Whether the margin's gradient at that point is likely to be needed: it costs a backward pass. */
  wantsGradient(): boolean;
  /**
   * Takes the answer. A walk that needs a gradient it did not get leaves its state as it is, wants it
   * from then on, and is asked for the same point again.
   *
   * @returns how much of the walk is done, 0 … 1; 1 ends it
   */
  advance(seen: Seen): number;
}

type Context = AttackContext<GradientModel, unknown>;

/** Walks every row to its end. @param walks one a row of the context's x; null for rows without one */
export async function walkRows(context: Context, walks: readonly (Walk | null)[]): Promise<void> {
  const done = Float64Array.from(walks, (walk) => (walk ? 0 : 1));
  for (;;) {
    const active = [...walks.keys()].filter((i) => (done[i] as number) < 1);
    if (active.length === 0) break;
    const climbing = active.filter((i) => walks[i]?.wantsGradient());
    const looking = active.filter((i) => !walks[i]?.wantsGradient());
    if (climbing.length > 0) await visit(context, walks, climbing, true, done);
    if (looking.length > 0) await visit(context, walks, looking, false, done);
    context.progress?.(done.reduce((sum, part) => sum + part, 0) / done.length);
  }
}

async function visit(
  context: Context,
  walks: readonly (Walk | null)[],
  rows: readonly number[],
  withGradient: boolean,
  done: Float64Array,
): Promise<void> {
  const { model, labels, goal, signal } = context;
  stopIfAborted(signal);
  const points = zeros([rows.length, ...model.inputShape]);
  for (const [j, i] of rows.entries()) walks[i]?.place(row(points, j));
  const [logits, ascent] = withGradient ? await climb(context, points, rows) : [await model.logits(points), null];
  const distance = margins(logits, labelsAt(labels, rows), goalOf(goal, rows));
  for (const [j, i] of rows.entries()) {
    done[i] = (walks[i] as Walk).advance({
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
