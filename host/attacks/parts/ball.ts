/**
 * The points an attack may return: within eps of the clean sample, inside the model's bounds and,
 * where a grid is given, on it.
 *
 * Without a grid this holds exactly: |x' - x| <= eps in double precision, for the float32 values.
 * On a grid it holds up to core's STEP_TOLERANCE, so that an eps of 1/255 is one step of a float32 1/255.
 */

import { type Batch, type Grid, McuEvalError, type Norm, type Rng, rowSize, toGrid } from "../../core/index.js";
import { boxAround, clampTo, snap, stepInBox } from "./box.js";
import { projectL2, snapL2, stepInL2 } from "./sphere.js";

export interface Ball {
  /** Moves every row to a near point inside the ball and the bounds, in place; the grid is left to `finish`. */
  project(x: Float32Array): void;
  /**
   * Moves every row by `length` along the norm's direction of steepest ascent, and back inside, in place:
   * linf by the gradient's sign, l2 along the gradient. Zero and NaN move nothing, nor does infinity in l2.
   *
   * @param x inside the ball
   * @param length in units of the input
   */
  step(x: Float32Array, gradient: Float32Array, length: number): void;
  /** Moves every row to the grid without leaving the ball, in place; does nothing where there is no grid. */
  finish(x: Float32Array): void;
}

export type BallNorm = "linf" | "l2";

/** Narrows a context's norm. @throws McuEvalError INTERNAL for a norm that has no ball here */
export function ballNorm(norm: Norm): BallNorm {
  if (norm === "linf" || norm === "l2") return norm;
  throw new McuEvalError("INTERNAL", `there is no ball of norm ${norm}`);
}

/**
 * The ball around each row of a batch.
 *
 * @param clean [N, ...shape], inside `bounds`
 * @param grid when given, `finish` returns grid points only; an element whose ball holds no grid point
 * gets the clean value's nearest one
 */
export function ballAround(
  clean: Batch,
  eps: number,
  norm: BallNorm,
  bounds: readonly [number, number],
  grid?: Grid,
): Ball {
  if (norm === "linf") {
    const box = boxAround(clean.data, eps, bounds, grid);
    return {
      project: (x) => clampTo(x, box),
      step: (x, gradient, length) => stepInBox(x, gradient, length, box),
      finish: (x) => {
        if (grid) snap(x, grid);
      },
    };
  }
  const sphere = { centre: clean.data, eps, bounds, size: rowSize(clean) };
  const origin = grid && toGrid(clean.data, grid);
  return {
    project: (x) => projectL2(x, sphere),
    step: (x, gradient, length) => stepInL2(x, gradient, length, sphere),
    finish: (x) => {
      if (grid && origin) snapL2(x, sphere, origin, grid);
    },
  };
}

/**
 * Draws a point of the unit ball for one row, uniformly: linf from the cube; l2 a normal direction of
 * length u^(1/d). Times eps it is a random start.
 *
 * @param out one row, overwritten
 */
export function drawFromUnitBall(out: Float32Array, norm: BallNorm, rng: Rng): void {
  if (norm === "linf") {
    for (let i = 0; i < out.length; i++) out[i] = rng.uniform(-1, 1);
    return;
  }
  let square = 0;
  for (let i = 0; i < out.length; i++) {
    const value = rng.normal();
    out[i] = value;
    square += value * value;
  }
  const factor = rng.uniform() ** (1 / out.length) / Math.sqrt(square);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * factor;
}
