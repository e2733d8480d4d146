/**
 * The fast adaptive boundary attack towards one class a row.
 *
 * Source: Croce & Hein 2020, arXiv:1907.02044, section 3, algorithm 1, in the targeted version of the authors'
 * AutoAttack: the boundary is linearised between the target and one other class alone. An iteration costs a
 * row one forward and one backward pass where its point does not fool, and at most one of each more where
 * it does.
 */

import {
  argmax,
  type Batch,
  type GradientModel,
  gather,
  type OpenPass,
  row,
  rowSize,
  scatter,
  zeros,
} from "../../core/index.js";
import { stopIfAborted } from "../attack.js";
import type { BallNorm } from "./ball.js";
import { type ProjectionScratch, projectionScratch, projectOntoHyperplane } from "./fab-projection.js";
import { distanceBetween } from "./length.js";
import { differenceRow } from "./row-losses.js";

export interface FabSettings {
  readonly steps: number;
  /** Largest weight of the projection of the clean sample against that of the current point. */
  readonly alphaMax: number;
  /** Factor by which a projection is overshot. */
  readonly overshoot: number;
  /** Where a fooling point continues from: this share of its way from the clean sample. */
  readonly backward: number;
}

/** Smallest perturbations so far, and where they were found; rows of the attack's x. */
export interface Smallest {
  readonly points: Batch;
  /** Infinity where nothing was found. */
  readonly norms: Float64Array;
}

export interface FabTask {
  readonly model: GradientModel;
  /** Clean samples of the whole attack, [N, ...inputShape]. */
  readonly x: Batch;
  readonly norm: BallNorm;
  readonly settings: FabSettings;
  /** Rows of x to work on. */
  readonly rows: readonly number[];
  /** The class that row i is to be taken for. */
  readonly target: (i: number) => number;
  /** The class whose boundary with the target is linearised, of the logits at the current point. */
  readonly rival: (i: number, logits: Float32Array) => number;
  readonly isFooled: (i: number, predicted: number) => boolean;
  /** Improved in place. */
  readonly smallest: Smallest;
  /** Norm of row i at which the work on it may end. */
  readonly isEnough: (i: number, norm: number) => boolean;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((part: number) => void) | undefined;
}

/** All iterations of all rows, each towards its target. */
export async function fabTowards(task: FabTask): Promise<void> {
  const { model, x, settings, smallest, signal, progress } = task;
  const scratch = scratchOf(rowSize(x));
  const isOpen = (i: number): boolean => !task.isEnough(i, smallest.norms[i] as number);
  let rows = task.rows.filter(isOpen);
  let points = gather(x, rows);
  for (let step = 0; step < settings.steps && rows.length > 0; step++) {
    stopIfAborted(signal);
    const { gaps, normals } = await checkAndLinearise(task, rows, points);
    for (const [j, i] of rows.entries()) {
      stepRow(task, row(points, j), row(x, i), row(normals, j), gaps[j] as number, scratch);
    }
    const kept = Array.from(rows.keys()).filter((j) => isOpen(rows[j] as number));
    if (kept.length < rows.length) {
      points = gather(points, kept);
      rows = kept.map((j) => rows[j] as number);
    }
    progress?.((step + 1) / settings.steps);
  }
  if (rows.length === 0) return;
  stopIfAborted(signal);
  check(task, rows, points, await model.logits(points));
}

/** The boundary around each point: how far above it the difference of logits is, and its gradient. */
interface Linear {
  readonly gaps: Float64Array;
  /** [rows, ...inputShape] */
  readonly normals: Batch;
}

/**
 * Keeps the points that fool and moves them back, then linearises at all points. One forward pass serves
 * both for the points that stay; the others are passed again, or all where that is cheaper.
 */
async function checkAndLinearise(task: FabTask, rows: readonly number[], points: Batch): Promise<Linear> {
  const pass = await task.model.open(points);
  let moved: number[];
  let linear: Linear | undefined;
  try {
    moved = check(task, rows, points, pass.logits);
    if (2 * moved.length <= rows.length) linear = await linearise(task, rows, pass);
  } finally {
    pass.close();
  }
  if (linear && moved.length === 0) return linear;
  const places = linear ? moved : Array.from(rows.keys());
  const again = await task.model.open(linear ? gather(points, places) : points);
  try {
    const own = await linearise(
      task,
      places.map((j) => rows[j] as number),
      again,
    );
    if (!linear) return own;
    scatter(linear.normals, places, own.normals);
    for (const [k, j] of places.entries()) linear.gaps[j] = own.gaps[k] as number;
    return linear;
  } finally {
    again.close();
  }
}

async function linearise(task: FabTask, rows: readonly number[], pass: OpenPass): Promise<Linear> {
  const ascent = zeros(pass.logits.shape); // [rows, classes]
  const gaps = Float64Array.from(rows, (i, j) => {
    const logits = row(pass.logits, j);
    const target = task.target(i);
    return differenceRow(logits, task.rival(i, logits), target, row(ascent, j));
  });
  return { gaps, normals: await pass.backward(ascent) };
}

/** Keeps points that fool, where they are nearer than before, and moves them back. @returns their places */
function check(
  { x, norm, settings, smallest, isFooled }: FabTask,
  rows: readonly number[],
  points: Batch,
  logits: Batch,
): number[] {
  const moved: number[] = [];
  for (const [j, i] of rows.entries()) {
    if (!isFooled(i, argmax(row(logits, j)))) continue;
    const point = row(points, j);
    const clean = row(x, i);
    const length = distanceBetween(point, clean, norm);
    if (length < (smallest.norms[i] as number)) {
      smallest.norms[i] = length;
      row(smallest.points, i).set(point);
    }
    for (let k = 0; k < point.length; k++) {
      const origin = clean[k] as number;
      point[k] = origin + settings.backward * ((point[k] as number) - origin);
    }
    moved.push(j);
  }
  return moved;
}

interface Scratch {
  readonly ahead: Float64Array;
  readonly fromClean: Float64Array;
  readonly projection: ProjectionScratch;
}

function scratchOf(size: number): Scratch {
  return { ahead: new Float64Array(size), fromClean: new Float64Array(size), projection: projectionScratch(size) };
}

/** Below this a norm counts as this much, so that two of 0 have a ratio; the authors' code. */
const SHORTEST = 1e-8;

/** Algorithm 1's step: towards the projections of the point and, with a smaller weight, of the clean sample. */
function stepRow(
  { norm, model: { bounds }, settings }: FabTask,
  point: Float32Array,
  clean: Float32Array,
  normal: Float32Array,
  gap: number,
  { ahead, fromClean, projection }: Scratch,
): void {
  let gapOfClean = gap;
  for (let k = 0; k < point.length; k++) {
    gapOfClean += (normal[k] as number) * ((clean[k] as number) - (point[k] as number));
  }
  const near = Math.max(SHORTEST, projectOntoHyperplane(point, normal, gap, norm, bounds, ahead, projection));
  const far = projectOntoHyperplane(clean, normal, gapOfClean, norm, bounds, fromClean, projection);
  const bias = Math.min(settings.alphaMax, near / (near + Math.max(SHORTEST, far)));
  const { overshoot } = settings;
  const [low, high] = bounds;
  for (let k = 0; k < point.length; k++) {
    const forward = (point[k] as number) + overshoot * (ahead[k] as number);
    const biased = (clean[k] as number) + overshoot * (fromClean[k] as number);
    point[k] = Math.min(high, Math.max(low, (1 - bias) * forward + bias * biased));
  }
}
