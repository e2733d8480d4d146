/** Derivatives that an oracle's scores tell: symmetric finite differences along single elements. */

import { type Batch, type Grid, type Oracle, row, rowSize, STEP_TOLERANCE } from "../../core/index.js";
import { stopIfAborted } from "../attack.js";
import { placer } from "./domain.js";

/** Where derivatives are wanted. */
export interface Probe {
  /** [N, ...inputShape], in the oracle's bounds and on its grid, if it has one. */
  readonly points: Batch;
  /** [N] the sample each row belongs to. */
  readonly samples: readonly number[];
  /** [N] elements of each row. */
  readonly elements: readonly ArrayLike<number>[];
  /** Distance of both probes from the point, in units of the input. On a grid it is whole steps, one at least. */
  readonly distance: number;
}

/** Queries that go to the oracle in one call. */
const QUERIES_A_CALL = 256;

/**
 * Estimates the derivatives of a loss: (loss(x + d e_i) - loss(x - d e_i)) / 2d, two queries an element.
 * Where a bound or float32 shortens a side, the difference is divided by the true distance; a derivative
 * is 0 where both sides coincide, and where time ran out before it was asked for.
 *
 * Source: Chen et al. 2017, arXiv:1708.03999, equation 6.
 *
 * @param loss of row `i`'s scores [classes]
 * @returns [N] arrays, one value an element asked for
 */
export async function finiteDifferences(
  model: Oracle,
  { points, samples, elements, distance }: Probe,
  loss: (scores: Float32Array, i: number) => number,
  signal?: AbortSignal,
): Promise<Float64Array[]> {
  const size = rowSize(points);
  const place = placer(model.bounds, model.grid);
  const width = probeDistance(distance, model.grid);
  const out = elements.map((list) => new Float64Array(list.length));
  const pairs = out.reduce((sum, list) => sum + list.length, 0);
  const data = new Float32Array(2 * Math.min(pairs, QUERIES_A_CALL / 2) * size);
  let waiting: { i: number; j: number; apart: number }[] = [];

  const ask = async (): Promise<void> => {
    stopIfAborted(signal);
    // Time may run out between calls: a round of all rows can take hours on a board.
    if (waiting.every(({ i }) => model.remaining(samples[i] as number) < 1)) {
      waiting = [];
      return;
    }
    const shape = [2 * waiting.length, ...points.shape.slice(1)];
    const asked = waiting.flatMap(({ i }) => [samples[i] as number, samples[i] as number]);
    const scores = await model.query({ data: data.subarray(0, 2 * waiting.length * size), shape }, asked);
    for (const [pair, { i, j, apart }] of waiting.entries()) {
      const above = loss(row(scores, 2 * pair), i);
      const below = loss(row(scores, 2 * pair + 1), i);
      (out[i] as Float64Array)[j] = apart > 0 ? (above - below) / apart : 0;
    }
    waiting = [];
  };

  for (const [i, list] of elements.entries()) {
    const point = row(points, i);
    for (let j = 0; j < list.length; j++) {
      const element = list[j] as number;
      const above = 2 * waiting.length * size;
      data.set(point, above);
      data.set(point, above + size);
      data[above + element] = place((point[element] as number) + width);
      data[above + size + element] = place((point[element] as number) - width);
      const apart = (data[above + element] as number) - (data[above + size + element] as number);
      waiting.push({ i, j, apart });
      if (2 * waiting.length === QUERIES_A_CALL) await ask();
    }
  }
  if (waiting.length > 0) await ask();
  return out;
}

/** A distance that an oracle can see: on a grid whole steps, rounded up. */
export function probeDistance(distance: number, grid: Grid | undefined): number {
  if (grid === undefined) return distance;
  const step = Math.fround(grid.scale);
  return step * Math.max(1, Math.ceil(distance / step - STEP_TOLERANCE));
}
