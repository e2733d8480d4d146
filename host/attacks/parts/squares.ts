/** What both norms of the Square attack share: images, windows, the schedule of their size. */

import { McuEvalError, type Rng } from "../../core/index.js";

/** The shape of an image, channels last. */
export interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A rectangle of pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly tall: number;
  readonly wide: number;
}

/** A random search over perturbations of each row, one window at a time. Rows are views of one image. */
export interface Squares {
  /** Whether row `row` can be moved at all within its ball. */
  canMove(row: number): boolean;
  /** Writes the start of row `row`'s search. */
  start(trial: Float32Array, row: number, rng: Rng): void;
  /**
   * Changes some windows of `trial`, which holds row `row`'s best point.
   *
   * @param fraction share of the image's pixels that a window covers
   */
  propose(trial: Float32Array, row: number, fraction: number, rng: Rng): void;
  /** Keeps what was written last: copies its windows to row `row`'s best point. */
  accept(trial: Float32Array, row: number): void;
  /** Undoes the last proposal in `trial`. */
  reject(trial: Float32Array, row: number): void;
}

/** @throws McuEvalError USAGE where a sample is no image */
export function imageOf(inputShape: readonly number[]): Image {
  const [height = 0, width = 0, channels = 1] = inputShape;
  if (inputShape.length < 2 || inputShape.length > 3) {
    throw new McuEvalError(
      "USAGE",
      `attack square needs images [height, width, channels], the model's input is [${inputShape.join(", ")}]`,
    );
  }
  return { height, width, channels };
}

/** After these iterations of 10,000 the share of pixels is halved. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/**
 * The share of pixels that a window covers: section 4 of the paper, appendix B for other lengths.
 *
 * @param step 0 … steps - 1
 * @param initial share at step 0
 * @param isRescaled whether the halvings are spread over `steps` instead of 10,000
 */
export function windowFraction(step: number, steps: number, initial: number, isRescaled: boolean): number {
  const at = isRescaled ? Math.trunc((step / steps) * 10_000) : step;
  let fraction = initial;
  for (const halving of HALVINGS) if (at > halving) fraction /= 2;
  return fraction;
}

/** Copies a window of an image. */
export function copyWindow(from: Float32Array, to: Float32Array, { width, channels }: Image, window: Window): void {
  for (let r = window.top; r < window.top + window.tall; r++) {
    const begin = (r * width + window.left) * channels;
    for (let k = begin; k < begin + window.wide * channels; k++) to[k] = from[k] as number;
  }
}
