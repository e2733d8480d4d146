/** The first fooling integer point along each row's direction. */

import type { Norm, QuantArray } from "../../core/index.js";
import { type GridDirection, pointAt } from "./grid-steps.js";

export interface SearchRow {
  /** Its place in the batch. */
  readonly index: number;
  direction: GridDirection;
  /** What stands where nothing fools. */
  readonly fallback: QuantArray;
  /** The smallest point that was seen to fool, and its norm in steps (l2 squared). */
  best: { readonly point: QuantArray; readonly size: number } | null;
}

export interface Search {
  readonly norm: Norm;
  readonly limits: readonly [number, number];
  /** Whether each point fools, for the batch's rows `at`. */
  fools(points: readonly QuantArray[], at: readonly number[]): Promise<boolean[]>;
}

/** How far beyond the continuous solution the search goes: its rounding may need several times its length. */
const LARGEST_FACTOR = 16;
const GROWTH = 1.5;
/** Halvings of the bracket; the last moves t by less than half a percent of it. */
const HALVINGS = 8;

/** Queries that a search along one direction costs a row at most, beside the one for its origin: a bracket that
 * is closed at its end, and all of its halvings. */
export const MOST_ALONG = 1 + Math.ceil(Math.log(LARGEST_FACTOR) / Math.log(GROWTH)) + HALVINGS;

interface Bracket {
  readonly row: SearchRow;
  low: number;
  high: number;
  /** The highest t worth trying. */
  readonly end: number;
  /** Found fooling at `high`. */
  isClosed: boolean;
}

/** Improves `best` of the rows, in place; one query a row and round. */
export async function searchAlong(rows: readonly SearchRow[], search: Search): Promise<void> {
  const brackets = rows.filter(({ direction }) => direction.order.length > 0).map((row) => bracketOf(row, search.norm));
  await askOrigins(rows, search);
  let open = brackets.filter(({ row }) => row.best?.size !== 0);
  while (open.length > 0) {
    const hits = await askAt(
      open,
      open.map(({ high }) => high),
      search,
    );
    for (const [j, bracket] of open.entries()) {
      if (hits[j]) bracket.isClosed = true;
      else {
        bracket.low = bracket.high;
        bracket.high = Math.min(bracket.end, bracket.high * GROWTH);
      }
    }
    open = open.filter(({ isClosed, low, high }) => !isClosed && high > low);
  }
  const closed = brackets.filter(({ isClosed }) => isClosed);
  for (let round = 0; round < HALVINGS && closed.length > 0; round++) {
    const middles = closed.map(({ low, high }) => (low + high) / 2);
    const hits = await askAt(closed, middles, search);
    for (const [j, bracket] of closed.entries()) {
      if (hits[j]) bracket.high = middles[j] as number;
      else bracket.low = middles[j] as number;
    }
  }
}

function bracketOf(row: SearchRow, norm: Norm): Bracket {
  const { order, steps } = row.direction;
  const furthest = Math.abs(steps[order[0] as number] as number);
  // In linf t counts steps; elsewhere lengths of the direction, and nothing moves before the first half step.
  const high = norm === "linf" ? (row.best?.size ?? Math.max(1, furthest)) : Math.max(1, 0.5 / furthest);
  return { row, low: 0, high, end: high * LARGEST_FACTOR, isClosed: false };
}

/** A sample that is misclassified as it is needs no perturbation. */
async function askOrigins(rows: readonly SearchRow[], search: Search): Promise<void> {
  const unknown = rows.filter(({ best }) => best === null);
  if (unknown.length === 0) return;
  const points = unknown.map(({ direction }) => direction.origin);
  const hits = await search.fools(
    points,
    unknown.map(({ index }) => index),
  );
  for (const [j, row] of unknown.entries()) if (hits[j]) row.best = { point: points[j] as QuantArray, size: 0 };
}

/** Asks about one point a bracket, and keeps those that fool and are smaller. */
async function askAt(brackets: readonly Bracket[], t: readonly number[], search: Search): Promise<boolean[]> {
  const points = brackets.map(({ row }, j) => {
    const point = row.direction.origin.slice();
    pointAt(row.direction, t[j] as number, search.norm, search.limits, point);
    return point;
  });
  const hits = await search.fools(
    points,
    brackets.map(({ row }) => row.index),
  );
  for (const [j, { row }] of brackets.entries()) {
    const point = points[j] as QuantArray;
    const size = sizeOf(point, row.direction.origin, search.norm);
    if (hits[j] && (row.best === null || size < row.best.size)) row.best = { point, size };
  }
  return hits;
}

function sizeOf(point: QuantArray, origin: QuantArray, norm: Norm): number {
  let size = 0;
  for (let i = 0; i < point.length; i++) {
    const moved = Math.abs((point[i] as number) - (origin[i] as number));
    if (norm === "linf") size = Math.max(size, moved);
    else if (norm === "l0") size += Number(moved > 0);
    else size += norm === "l1" ? moved : moved * moved;
  }
  return size;
}
