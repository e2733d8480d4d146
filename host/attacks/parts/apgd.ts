/**
 * Auto-PGD: gradient ascent with momentum inside the eps-ball, its step halved where it stopped paying.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, section 3 and algorithm 1. A run costs `steps` + 1 forward
 * and `steps` backward passes a row. Departs: a row may leave the work once it is fooled (`stopsEarly`); the
 * result is the fooling point of highest loss, where the authors' code takes the last one, and where none
 * fools the point of highest loss; the first checkpoint compares with the start's own loss, where the
 * authors' code compares with 0. On a grid the iterate stays continuous, and what the model is asked is its rounded point.
 */

import { argmax, type Batch, countOf, type GradientModel, type Grid, row, slice, zeros } from "../../core/index.js";
import { stopIfAborted } from "../attack.js";
import { type Ball, type BallNorm, ballAround } from "./ball.js";
import type { RowLoss } from "./row-losses.js";

export interface Climb {
  readonly model: GradientModel;
  /** Clean rows, [N, ...inputShape]. */
  readonly x: Batch;
  /** Where each row starts, [N, ...inputShape]; moved into the ball first. */
  readonly start: Batch;
  readonly eps: number;
  readonly norm: BallNorm;
  readonly grid?: Grid | undefined;
  readonly loss: RowLoss;
  /** Whether row i is fooled by this prediction. */
  readonly isFooled: (predicted: number, i: number) => boolean;
  readonly steps: number;
  /** Share of the steps between two checkpoints that must raise the loss, or the step is halved. */
  readonly rho: number;
  readonly stopsEarly: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((part: number) => void) | undefined;
}

export interface Climbed {
  /** [N, ...inputShape], in the ball and on the grid. */
  readonly points: Batch;
  /** [N, classes] of `points`. */
  readonly logits: Batch;
  readonly isFooled: boolean[];
}

/** One row's climb; every array is one row. */
interface Climber {
  readonly ball: Ball;
  readonly current: Float32Array;
  readonly previous: Float32Array;
  /** Of the highest loss so far. */
  readonly best: Float32Array;
  readonly bestGradient: Float32Array;
  bestLoss: number;
  /** Where the next step goes from `current`; a view of the last pass's result or of `bestGradient`. */
  gradient: Float32Array;
  stepLength: number;
  lastLoss: number;
  /** Since the last checkpoint: steps that raised the loss. */
  rises: number;
  /** At the last checkpoint. */
  checkedLoss: number;
  wasHalved: boolean;
  isFooled: boolean;
  /** Of the result so far. */
  foundLoss: number;
}

/** Weight of the gradient step against the last move; section 3.1. */
const MOMENTUM = 0.75;

/**
 * The steps after which the step size is looked at, in a run of `steps`: ceil(p_j * steps) with p_0 = 0,
 * p_1 = 0.22 and p_(j+1) = p_j + max(p_j - p_(j-1) - 0.03, 0.06); section 3.2.
 */
export function checkpointsOf(steps: number): number[] {
  const marks = new Set<number>();
  // In hundredths, where the sums are exact.
  for (let p = 22, period = 22; p < 100; p += period) {
    marks.add(Math.ceil((p * steps) / 100));
    period = Math.max(period - 3, 6);
  }
  return [...marks];
}

/** One run of all rows. */
export async function climb(task: Climb): Promise<Climbed> {
  const { model, x, steps, rho, signal, progress, stopsEarly } = task;
  const climbers = Array.from({ length: countOf(x) }, (_, i) => climberOf(task, i));
  const points = zeros(x.shape);
  const logits = zeros([climbers.length, model.classes]);
  const checkpoints = checkpointsOf(steps);
  let active = Array.from(climbers.keys());
  const moved = new Float32Array(x.data.length / climbers.length);
  for (let step = 0, checked = 0; step <= steps && active.length > 0; step++) {
    stopIfAborted(signal);
    const asked = zeros([active.length, ...x.shape.slice(1)]);
    for (const [j, i] of active.entries()) {
      const climber = climbers[i] as Climber;
      if (step > 0) move(climber, step === 1 ? 1 : MOMENTUM, moved);
      const point = row(asked, j);
      point.set(climber.current);
      climber.ball.finish(point);
    }
    const pass = await model.open(asked);
    try {
      const ascent = zeros(pass.logits.shape); // [active, classes]
      const improved = active.map((i, j) => {
        const values = row(pass.logits, j);
        const climber = climbers[i] as Climber;
        const loss = task.loss(values, i, row(ascent, j));
        if (isResult(climber, loss, task.isFooled(argmax(values), i))) {
          row(points, i).set(row(asked, j));
          row(logits, i).set(values);
        }
        return noteLoss(climber, loss);
      });
      const isWanted = active.map((i) => !(stopsEarly && (climbers[i] as Climber).isFooled));
      if (step < steps && isWanted.includes(true)) {
        const gradient = await pass.backward(ascent); // [active, ...inputShape]
        for (const [j, i] of active.entries())
          takeGradient(climbers[i] as Climber, row(gradient, j), improved[j] === true);
      }
      active = active.filter((_, j) => isWanted[j]);
    } finally {
      pass.close();
    }
    if (step === checkpoints[checked]) {
      const period = step - (checkpoints[checked - 1] ?? 0);
      for (const i of active) check(climbers[i] as Climber, rho * period);
      checked++;
    }
    progress?.((step + 1) / (steps + 1));
  }
  return { points, logits, isFooled: climbers.map(({ isFooled }) => isFooled) };
}

function climberOf({ model, x, start, eps, norm, grid }: Climb, i: number): Climber {
  const ball = ballAround(slice(x, i, i + 1), eps, norm, model.bounds, grid);
  const current = row(start, i).slice();
  ball.project(current);
  return {
    ball,
    current,
    previous: current.slice(),
    best: current.slice(),
    bestGradient: new Float32Array(current.length),
    bestLoss: Number.NEGATIVE_INFINITY,
    gradient: current,
    stepLength: 2 * eps,
    lastLoss: Number.POSITIVE_INFINITY,
    rises: 0,
    checkedLoss: Number.NEGATIVE_INFINITY,
    wasHalved: false,
    isFooled: false,
    foundLoss: Number.NEGATIVE_INFINITY,
  };
}

/** A step along the gradient and on in the last move's direction. @param moved scratch, one row */
function move({ ball, current, previous, gradient, stepLength }: Climber, weight: number, moved: Float32Array): void {
  moved.set(current);
  ball.step(moved, gradient, stepLength);
  for (let k = 0; k < current.length; k++) {
    const here = current[k] as number;
    const there = moved[k] as number;
    current[k] = here + weight * (there - here) + (1 - weight) * (here - (previous[k] as number));
    previous[k] = here;
  }
  ball.project(current);
}

/** Whether a point is to be returned instead of the one so far: fooling before not fooling, then by loss. */
function isResult(climber: Climber, loss: number, isFooled: boolean): boolean {
  const isBetter = isFooled === climber.isFooled ? loss > climber.foundLoss : isFooled;
  const isFirst = climber.lastLoss === Number.POSITIVE_INFINITY;
  if (!isBetter && !isFirst) return false;
  climber.isFooled = isFooled;
  climber.foundLoss = loss;
  return true;
}

/** Keeps count of rises; true where the loss is the highest so far, and `best` then this point. */
function noteLoss(climber: Climber, loss: number): boolean {
  if (loss > climber.lastLoss) climber.rises++;
  if (climber.lastLoss === Number.POSITIVE_INFINITY) climber.checkedLoss = loss;
  climber.lastLoss = loss;
  if (!(loss > climber.bestLoss)) return false;
  climber.bestLoss = loss;
  climber.best.set(climber.current);
  return true;
}

function takeGradient(climber: Climber, gradient: Float32Array, isBest: boolean): void {
  climber.gradient = gradient;
  if (isBest) climber.bestGradient.set(gradient);
}

/** Conditions 1 and 2 of section 3.2: too few steps rose, or neither step size nor best loss changed. */
function check(climber: Climber, risesNeeded: number): void {
  const isStuck = !climber.wasHalved && climber.checkedLoss === climber.bestLoss;
  climber.wasHalved = climber.rises < risesNeeded || isStuck;
  climber.checkedLoss = climber.bestLoss;
  climber.rises = 0;
  if (!climber.wasHalved) return;
  climber.stepLength /= 2;
  climber.current.set(climber.best);
  climber.gradient = climber.bestGradient;
  climber.lastLoss = climber.bestLoss;
}
