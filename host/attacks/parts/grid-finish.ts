/**
 * The smallest integer perturbation near a continuous solution that still fools.
 *
 * Plain rounding undoes most minimal-norm examples: their elements move less than half a step. Here the
 * found perturbation becomes a direction, and a bracketing and bisecting search looks for the first
 * integer point along it that fools. Where gradients can be had, the margin's gradient at that point
 * gives the next direction, as DeepFool linearises anew (Moosavi-Dezfooli et al. 2016, arXiv:1511.04599,
 * algorithm 2), and the smaller of both results is kept. A method of this project.
 */

import {
  type Batch,
  countOf,
  fromGrid,
  type GradientModel,
  type Grid,
  gather,
  type Norm,
  type Oracle,
  type QuantArray,
  row,
  toGrid,
  zeros,
} from "../../core/index.js";
import type { Goal } from "../attack.js";
import { limitsOf, withinLimits } from "./domain.js";
import { goalOf, isFooled, labelsAt } from "./goal.js";
import { MOST_ALONG, type SearchRow, searchAlong } from "./grid-search.js";
import { gridDirection } from "./grid-steps.js";
import { marginAscent } from "./margin-ascent.js";

export interface GridFinish {
  /** Clean samples, [N, ...inputShape]. */
  readonly clean: Batch;
  /** What the attack found, same shape; rows of NaN stay as they are. */
  readonly found: Batch;
  readonly labels: Int32Array;
  readonly goal: Goal;
  readonly samples: readonly number[];
  readonly norm: Norm;
  readonly grid: Grid;
  /** What has to be fooled. */
  readonly judge: GradientModel | Oracle;
  /** Where new directions come from; none without it. */
  readonly guide?: GradientModel | undefined;
  readonly stop: () => void;
}

/** New directions tried after the attack's own. */
const ROUNDS = 2;

/** Steps of the steepest element where the first direction is a gradient: the search goes on to 16 times that. */
const FIRST_REACH = 4;

/** Queries that one sample's finish may cost, at most. @param hasGuide whether new directions are tried */
export function mostFinishQueries(norm: Norm, hasGuide: boolean): number {
  return 1 + (1 + (takesGradients(norm, hasGuide) ? ROUNDS : 0)) * MOST_ALONG;
}

/** In l0 a direction says how far each element moves, which a slope does not. */
function takesGradients(norm: Norm, hasGuide: boolean): boolean {
  return hasGuide && norm !== "l0";
}

/**
 * @returns [N, ...inputShape] grid points; where none fools within the search, the found row rounded
 */
export async function finishOnGrid(finish: GridFinish): Promise<Batch> {
  const { clean, found, norm, grid, judge, guide } = finish;
  const out = { data: found.data.slice(), shape: found.shape };
  const alive = Array.from({ length: countOf(clean) }, (_, i) => i).filter((i) => !row(found, i).some(Number.isNaN));
  const limits = limitsOf(grid, judge.bounds);
  const rows = alive.map((i): SearchRow => {
    const origin = toGrid(row(clean, i), grid);
    const steps = stepsBetween(row(clean, i), row(found, i), grid);
    const rounded = toGrid(row(found, i), grid).map((q, k) => withinLimits(q, origin[k] as number, limits));
    return { index: i, direction: gridDirection(origin, steps), fallback: rounded, best: null };
  });
  const fools = (points: readonly QuantArray[], at: readonly number[]): Promise<boolean[]> => ask(finish, points, at);
  await searchAlong(rows, { norm, limits, fools });
  for (let round = 0; guide && takesGradients(norm, true) && round < ROUNDS; round++) {
    // A sample that fooled the attacked model as it was has no direction, and may still have to fool the judge.
    const turning = rows.filter(({ best, direction }) => (best ? best.size > 0 : direction.order.length === 0));
    if (turning.length === 0) break;
    const gradient = await gradientAt(finish, guide, turning);
    for (const [j, one] of turning.entries()) {
      one.direction = gridDirection(one.direction.origin, newSteps(row(gradient, j), one, norm));
    }
    await searchAlong(turning, { norm, limits, fools });
  }
  for (const { index, best, fallback } of rows) row(out, index).set(fromGrid(best?.point ?? fallback, grid));
  return out;
}

function stepsBetween(from: Float32Array, to: Float32Array, grid: Grid): Float64Array {
  const scale = Math.fround(grid.scale);
  return Float64Array.from(to, (value, k) => (value - (from[k] as number)) / scale);
}

async function ask(
  { judge, clean, grid, labels, goal, samples, stop }: GridFinish,
  points: readonly QuantArray[],
  at: readonly number[],
): Promise<boolean[]> {
  stop();
  const x = zeros([at.length, ...clean.shape.slice(1)]);
  for (const [j, point] of points.entries()) row(x, j).set(fromGrid(point, grid));
  if (judge.kind === "gradient") {
    const logits = await judge.logits(x);
    return at.map((i, j) => isFooled(row(logits, j), labels, goal, i));
  }
  // A sample without queries left counts as not fooled: what was found before stands.
  const able = at.flatMap((i, j) => (judge.remaining(samples[i] as number) > 0 ? [j] : []));
  const answers = at.map(() => false);
  if (able.length === 0) return answers;
  const scores = await judge.query(
    gather(x, able),
    able.map((j) => samples[at[j] as number] as number),
  );
  for (const [k, j] of able.entries()) answers[j] = isFooled(row(scores, k), labels, goal, at[j] as number);
  return answers;
}

/** Gradient of the margin at each row's best point. */
async function gradientAt(finish: GridFinish, guide: GradientModel, rows: readonly SearchRow[]): Promise<Batch> {
  finish.stop();
  const { clean, grid, labels, goal } = finish;
  const x = zeros([rows.length, ...clean.shape.slice(1)]);
  for (const [j, { best, fallback }] of rows.entries()) row(x, j).set(fromGrid(best?.point ?? fallback, grid));
  const at = rows.map(({ index }) => index);
  const pass = await guide.open(x);
  return pass.backward(marginAscent(pass.logits, labelsAt(labels, at), goalOf(goal, at))).finally(() => pass.close());
}

/** The gradient as a direction whose t = 1 lies near the best point so far, or `FIRST_REACH` steps away where there is none. */
function newSteps(gradient: Float32Array, { best, direction }: SearchRow, norm: Norm): Float64Array {
  const size = gradient.length;
  const point = best?.point ?? direction.origin;
  let along = 0;
  let square = 0;
  let steepest = 0;
  const isKept = norm === "l1" && best ? (i: number) => point[i] !== direction.origin[i] : () => true;
  const steps = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const slope = gradient[i] as number;
    if (!Number.isFinite(slope) || !isKept(i)) continue;
    steps[i] = slope;
    along += slope * ((point[i] as number) - (direction.origin[i] as number));
    square += slope * slope;
    steepest = Math.max(steepest, Math.abs(slope));
  }
  // By the gradient the scaled direction has the same effect as the best point.
  const toBest = along > 0 ? along / square : 0;
  const factor = square === 0 ? 0 : best ? toBest : FIRST_REACH / steepest;
  for (let i = 0; i < size; i++) steps[i] = (steps[i] as number) * factor;
  return steps;
}
