/**
 * Runs one search a sample against an oracle of labels, many searches at a time.
 *
 * A search is a generator that knows its own sample only: it yields what it wants to ask and is
 * resumed when all of it has been answered. Here the wishes of all searches are packed into queries,
 * so that a net is asked for a hundred points at once while every search stays as sequential as its
 * paper has it, and none can depend on which others ran beside it.
 */

import {
  argmax,
  type Batch,
  countOf,
  type Grid,
  McuEvalError,
  type Norm,
  type Oracle,
  row,
  rowSize,
  zeros,
} from "../../core/index.js";
import { type AttackContext, stopIfAborted } from "../attack.js";
import { domainOf, settle } from "./domain.js";

/** Points a search wants to ask. */
export interface Ask {
  readonly count: number;
  /** Writes point number k; called once for each, in order. What is asked is the point after `settle`. */
  write(k: number, out: Float32Array): void;
  /** Told once for each point, in order. @param point what was asked; only valid during the call */
  told(k: number, isFooling: boolean, point: Float32Array): void;
}

/** A search; it ends by returning, or is ended where its sample's queries are used up. */
export type Walk = Generator<Ask, void, void>;

/** What a search knows of its sample. */
export interface Walker {
  /** The row's place in the batch. */
  readonly at: number;
  readonly sample: number;
  readonly norm: Norm;
  /** The clean sample, settled: where walks lead back to. */
  readonly origin: Float32Array;
  /** The point to start from, if one was given. */
  readonly start: Float32Array | undefined;
  readonly bounds: readonly [number, number];
  readonly inputShape: readonly number[];
  /** Input grid of a quantised oracle. */
  readonly grid: Grid | undefined;
  /** Queries left. */
  remaining(): number;
  /** Moves a point to where the oracle can be asked: into the bounds, and onto its grid; in place. */
  settle(point: Float32Array): void;
  /** The fooling point nearest to the clean sample so far, and its distance in the attack's norm. */
  readonly best: { readonly point: Float32Array; distance: number };
  /** How much of the search is done, 0 … 1, for the progress only. */
  part: number;
}

interface Running {
  readonly walker: Walker;
  readonly walk: Walk;
  readonly clean: Float32Array;
  ask: Ask;
  sent: number;
  answered: number;
}

/** Points a query: enough to make a net's passes cheap, few enough to stay in the cache. */
const QUERY_ROWS = 128;

/**
 * Runs a search for every row.
 *
 * @param maxQueries queries a sample may spend here, on top of the oracle's own budget
 * @returns [N, ...inputShape]: of each row the nearest point that the oracle itself took as fooling, NaN
 * where there was none
 */
export async function walkAll(
  context: AttackContext<Oracle, unknown>,
  begin: (walker: Walker) => Walk,
  maxQueries = Number.POSITIVE_INFINITY,
): Promise<Batch> {
  const { model, x, samples, signal, progress } = context;
  const found = { data: new Float32Array(x.data.length).fill(Number.NaN), shape: x.shape };
  const walkers = samples.map((_, i) => walkerOf(context, found, i, maxQueries));
  let active = walkers.flatMap((walker) => {
    const running = started(walker, begin(walker), row(x, walker.at));
    return running ? [running] : [];
  });
  const buffer = zeros([QUERY_ROWS, ...model.inputShape]);
  const size = rowSize(x);
  while (active.length > 0) {
    stopIfAborted(signal);
    const owners = fill(active, buffer);
    if (owners.length > 0) {
      const asked = {
        data: buffer.data.subarray(0, owners.length * size),
        shape: [owners.length, ...model.inputShape],
      };
      const scores = await model.query(
        asked,
        owners.map(({ walker }) => walker.sample),
      );
      tell(context, owners, asked, scores);
    }
    active = active.filter(goOn);
    progress?.(walkers.reduce((sum, { part }) => sum + part, 0) / walkers.length);
  }
  return found;
}

function walkerOf(
  { model, x, samples, norm, start }: AttackContext<Oracle, unknown>,
  found: Batch,
  at: number,
  maxQueries: number,
): Walker {
  const sample = samples[at] as number;
  const domain = domainOf(model);
  const origin = row(x, at).slice();
  settle(origin, domain);
  const given = start === undefined ? undefined : row(start, at);
  const before = model.queries.get(sample) ?? 0;
  return {
    at,
    sample,
    norm,
    origin,
    start: given?.some(Number.isNaN) ? undefined : given,
    bounds: model.bounds,
    inputShape: model.inputShape,
    grid: model.grid,
    remaining: () => Math.min(model.remaining(sample), maxQueries - ((model.queries.get(sample) ?? 0) - before)),
    settle: (point) => settle(point, domain),
    best: { point: row(found, at), distance: Number.POSITIVE_INFINITY },
    part: 0,
  };
}

function started(walker: Walker, walk: Walk, clean: Float32Array): Running | null {
  const first = walk.next();
  if (!first.done) return { walker, walk, clean, ask: first.value, sent: 0, answered: 0 };
  walker.part = 1;
  return null;
}

/** Writes the next points of as many searches as fit; returns whose point each row is. */
function fill(active: readonly Running[], buffer: Batch): Running[] {
  const owners: Running[] = [];
  for (const running of active) {
    const { ask, walker } = running;
    const free = countOf(buffer) - owners.length;
    const fit = Math.min(ask.count - running.sent, free, walker.remaining());
    for (let k = 0; k < fit; k++) {
      const point = row(buffer, owners.length);
      ask.write(running.sent++, point);
      walker.settle(point);
      owners.push(running);
    }
    if (owners.length === countOf(buffer)) break;
  }
  return owners;
}

function tell(
  { labels, goal }: AttackContext<Oracle, unknown>,
  owners: readonly Running[],
  asked: Batch,
  scores: Batch,
): void {
  const classes = scores.shape[1] as number;
  for (const [j, running] of owners.entries()) {
    const { walker, ask, clean } = running;
    const predicted = argmax(scores.data.subarray(j * classes, (j + 1) * classes));
    const isFooling =
      goal.kind === "targeted" ? predicted === goal.targets[walker.at] : predicted !== labels[walker.at];
    const point = row(asked, j);
    if (isFooling) keepNearer(walker, point, clean);
    ask.told(running.answered++, isFooling, point);
  }
}

/** Resumes a search that has its answers; false once it has ended or has no queries left. */
function goOn(running: Running): boolean {
  const { walker } = running;
  while (running.answered === running.ask.count) {
    const next = running.walk.next();
    if (next.done) {
      walker.part = 1;
      return false;
    }
    Object.assign(running, { ask: next.value, sent: 0, answered: 0 });
  }
  if (walker.remaining() > 0) return true;
  walker.part = 1;
  running.walk.return();
  return false;
}

function keepNearer({ best, norm }: Walker, point: Float32Array, clean: Float32Array): void {
  const distance = distanceBelow(point, clean, norm, best.distance);
  if (distance === null) return;
  best.distance = distance;
  best.point.set(point);
}

/** The distance of two points in a norm, or null as soon as it is known not to be below `limit`. */
function distanceBelow(a: Float32Array, b: Float32Array, norm: Norm, limit: number): number | null {
  if (norm !== "l2" && norm !== "linf") throw new McuEvalError("INTERNAL", `no search measures the norm ${norm}`);
  const isL2 = norm === "l2";
  const end = isL2 ? limit * limit : limit;
  let sum = 0;
  for (let from = 0; from < a.length; from += 256) {
    const to = Math.min(from + 256, a.length);
    for (let i = from; i < to; i++) {
      const difference = (a[i] as number) - (b[i] as number);
      if (isL2) sum += difference * difference;
      else if (Math.abs(difference) > sum) sum = Math.abs(difference);
    }
    if (sum >= end) return null;
  }
  return isL2 ? Math.sqrt(sum) : sum;
}
