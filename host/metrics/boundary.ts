/**
 * How far along a direction a sample's prediction holds: the distance to the decision boundary, on floats
 * and on a quantised model's input grid, so that both are paired per sample.
 *
 * Costa & Pinto 2024, arXiv:2404.05688, take a point's mean distance to the boundary as a measure of
 * robustness. What is found is an upper bound of the nearest boundary's distance: the crossing nearest to
 * where the bisection looks, along the one direction asked, which is taken from the attack that came
 * nearest.
 */

import {
  assertShape,
  type Batch,
  countOf,
  fromGrid,
  type Grid,
  gather,
  McuEvalError,
  rangeOf,
  row,
  rowSize,
  sizeOf,
  toGrid,
  zeros,
} from "../core/index.js";
import { type Distortion, distortionOf } from "./distortion.js";

/**
 * Asks a model about points.
 *
 * @param points [M, ...inputShape] @param rows the sample each point belongs to, by its place in the batch
 * @returns [M] whether its prediction is no longer the one to hold
 */
export type IsFooled = (points: Batch, rows: readonly number[]) => Promise<ArrayLike<boolean | number>>;

export interface Crossing {
  /** How far along the direction the first fooling point lies: whole grid steps of the direction's largest element, or its Euclidean length in units of the input before clipping. */
  readonly along: number;
  /** From the clean sample, or its grid point, to that point. */
  readonly distortion: Distortion;
}

/** One way a sample can go. */
interface Way {
  /** Writes the point at a position; 0 is the start. */
  write(row: number, position: number, out: Float32Array): void;
  /** The first position tried, and the last. */
  first(row: number): number;
  last(row: number): number;
  /** Between two positions, or null where they are neighbours. */
  middle(low: number, high: number): number | null;
}

/**
 * The first position on the integer grid at which each sample is fooled. Position t moves the direction's
 * largest element by t grid steps and the others in proportion, rounded to whole steps and clamped to the
 * grid. The other side is looked for from the direction's own length on, in doubled lengths.
 *
 * @param clean [N, ...inputShape] @param direction [N, ...inputShape], e.g. adversarial minus clean
 * @returns [N]; `along` 0 where the clean sample's grid point is fooled already, null where nothing on the
 *   way is
 */
export async function gridCrossings(
  clean: Batch,
  direction: Batch,
  grid: Grid,
  isFooled: IsFooled,
): Promise<(Crossing | null)[]> {
  assertShape(direction, clean.shape, "the direction");
  const [min, max] = rangeOf(grid.type);
  const integers = toGrid(clean.data, grid);
  const size = rowSize(clean);
  const peaks = rowsOf(direction, (values) => values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0));
  const moved = new Float64Array(size);
  return cross({ data: fromGrid(integers, grid), shape: clean.shape }, isFooled, {
    write(i, position, out) {
      const steps = row(direction, i);
      for (let k = 0; k < size; k++) {
        const share = (position * (steps[k] as number)) / (peaks[i] as number);
        const rounded = Math.sign(share) * Math.floor(Math.abs(share) + 0.5);
        moved[k] = Math.min(max, Math.max(min, (integers[i * size + k] as number) + rounded));
      }
      const scale = Math.fround(grid.scale);
      for (let k = 0; k < size; k++) out[k] = ((moved[k] as number) - grid.zeroPoint) * scale;
    },
    first: (i) => Math.max(1, Math.round((peaks[i] as number) / grid.scale)),
    // There the largest element has crossed the whole grid.
    last: (i) => (peaks[i] === 0 ? 0 : max - min),
    middle: (low, high) => (high - low > 1 ? Math.floor((low + high) / 2) : null),
  });
}

/**
 * The position at which each float sample is fooled, clipped to the bounds, by bisection.
 *
 * @param clean [N, ...inputShape], in `bounds` @param direction [N, ...inputShape]
 * @param tolerance the bisection ends where its ends are this share of the upper one apart
 * @returns [N]; `along` 0 where the clean sample is fooled already, null where nothing on the way is
 */
export async function floatCrossings(
  clean: Batch,
  direction: Batch,
  bounds: readonly [number, number],
  isFooled: IsFooled,
  tolerance = 1e-4,
): Promise<(Crossing | null)[]> {
  assertShape(direction, clean.shape, "the direction");
  if (!(tolerance > 0)) throw new McuEvalError("USAGE", `the tolerance is ${tolerance}, expected more than 0`);
  const lengths = rowsOf(direction, (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)));
  const diagonal = (bounds[1] - bounds[0]) * Math.sqrt(sizeOf(clean.shape.slice(1)));
  return cross(clean, isFooled, {
    write(i, position, out) {
      const [origin, way] = [row(clean, i), row(direction, i)];
      const factor = position / (lengths[i] as number);
      for (let k = 0; k < out.length; k++) {
        out[k] = Math.min(bounds[1], Math.max(bounds[0], (origin[k] as number) + factor * (way[k] as number)));
      }
    },
    first: (i) => lengths[i] as number,
    last: (i) => (lengths[i] === 0 ? 0 : Math.max(diagonal, lengths[i] as number)),
    middle: (low, high) => (high - low > tolerance * high ? (low + high) / 2 : null),
  });
}

/** Doubles each sample's position until it is fooled, then halves the interval; all samples together. */
async function cross(start: Batch, isFooled: IsFooled, way: Way): Promise<(Crossing | null)[]> {
  const count = countOf(start);
  const low = new Float64Array(count);
  const high = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const ask = async (rows: readonly number[], positionOf: (i: number) => number): Promise<void> => {
    const points = gather(start, rows);
    for (const [j, i] of rows.entries()) if (positionOf(i) > 0) way.write(i, positionOf(i), row(points, j));
    const answers = await isFooled(points, rows);
    for (const [j, i] of rows.entries()) {
      if (answers[j]) high[i] = positionOf(i);
      else low[i] = positionOf(i);
    }
  };
  const all = Array.from(low, (_, i) => i);
  await ask(all, () => 0);
  const next = (i: number): number => {
    const position = low[i] === 0 ? way.first(i) : 2 * (low[i] as number);
    return Math.min(way.last(i), position);
  };
  const searching = (i: number): boolean => high[i] === Number.POSITIVE_INFINITY && (low[i] as number) < way.last(i);
  for (let rows = all.filter(searching); rows.length > 0; rows = rows.filter(searching)) await ask(rows, next);
  const between = (i: number): number | null =>
    high[i] === Number.POSITIVE_INFINITY || high[i] === 0 ? null : way.middle(low[i] as number, high[i] as number);
  const halving = (i: number): boolean => between(i) !== null;
  for (let rows = all.filter(halving); rows.length > 0; rows = rows.filter(halving)) {
    await ask(rows, (i) => between(i) as number);
  }
  return all.map((i) => {
    const along = high[i] as number;
    if (along === Number.POSITIVE_INFINITY) return null;
    const point = zeros([rowSize(start)]).data;
    if (along === 0) point.set(row(start, i));
    else way.write(i, along, point);
    return { along, distortion: distortionOf(row(start, i), point) };
  });
}

function rowsOf(batch: Batch, measure: (values: Float32Array) => number): Float64Array {
  return Float64Array.from({ length: countOf(batch) }, (_, i) => measure(row(batch, i)));
}
