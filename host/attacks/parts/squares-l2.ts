/** The Square attack's proposals in l2: the perturbation of two windows is gathered in one of them. */

import { type Batch, type Grid, type Rng, row, rowSize, STEP_TOLERANCE } from "../../core/index.js";
import { placer } from "./domain.js";
import { squarePattern, tilePatterns } from "./square-pattern.js";
import { copyWindow, type Image, type Squares, type Window } from "./squares.js";

/** How far short of eps lengths are aimed, so that rounding to float32 rarely makes them longer than it. */
const SHORT = 1e-6;

/** Room for the rounding of sums that are kept up over thousands of windows. */
const ROUNDING = 1e-10;

/** Stands for the squared length of an empty window. */
const TINY = 1e-24;

/** Windows have a middle pixel, three pixels at least, where the image has room for it. */
function windowSide(fraction: number, { height, width }: Image): number {
  const side = Math.max(3, Math.round(Math.sqrt(fraction * height * width)));
  return Math.min(side + ((side + 1) % 2), height, width);
}

/**
 * Tiles of the pattern to start with, then windows that take over what another window and the unused part
 * of eps have to give (algorithm 3). The perturbation has length eps, but for what the bounds cut off.
 *
 * Departs: a window may touch the last row and column, as in the paper and not in the authors' code, and
 * the pattern is turned for each row by itself. On a grid each element goes to its nearest point, or
 * nearer to the clean sample where the ball would be left.
 *
 * @param clean [N, height, width, channels]
 * @param best like `clean`; `accept` keeps each row's best point there
 */
export function squaresL2(
  clean: Batch,
  best: Batch,
  eps: number,
  bounds: readonly [number, number],
  image: Image,
  grid?: Grid,
): Squares {
  const { height, width, channels } = image;
  const size = rowSize(clean);
  const n = clean.shape[0] as number;
  const place = placer(bounds, grid);
  const goal = (eps * (1 - SHORT)) ** 2;
  const most = (eps * (1 - ROUNDING)) ** 2;
  /** Squared length of the perturbation of each row's best point, and of its last candidate. */
  const squareOfBest = new Float64Array(n);
  const squareOfTrial = new Float64Array(n);
  const changed: (readonly [Window, Window])[] = [];
  const wanted = new Float64Array(size);
  const signs = new Float64Array(channels);
  const inFirst = new Float64Array(channels);
  const inSecond = new Float64Array(channels);
  const lengths = new Float64Array(channels);
  const patterns = new Map<number, Float64Array>();

  const patternOf = (side: number): Float64Array => {
    const pattern = patterns.get(side) ?? squarePattern(side);
    patterns.set(side, pattern);
    return pattern;
  };

  /** Writes `wanted` times `factor` over the clean window. Returns the squared length of what it holds then. */
  const write = (trial: Float32Array, origin: Float32Array, window: Window, factor: number): number => {
    let square = 0;
    for (let r = window.top; r < window.top + window.tall; r++) {
      const begin = (r * width + window.left) * channels;
      for (let k = begin; k < begin + window.wide * channels; k++) {
        const from = origin[k] as number;
        const value = place(from + factor * (wanted[k] as number));
        trial[k] = value;
        square += (value - from) * (value - from);
      }
    }
    return square;
  };

  /** `write`, shortened until the squared length is within `room`, since rounding may have made it longer. */
  const writeWithin = (trial: Float32Array, origin: Float32Array, window: Window, room: number): number => {
    let factor = 1;
    let square = write(trial, origin, window, factor);
    for (let slack = grid ? 2 ** -8 : 2 ** -24; square > room && factor > 0; slack *= 2) {
      factor = slack < 1 && room > 0 ? factor * Math.sqrt(room / square) * (1 - slack) : 0;
      square = write(trial, origin, window, factor);
    }
    return square;
  };

  /** Adds up a window's squared perturbation by channel, leaving out what lies in `other`. */
  const sumSquares = (out: Float64Array, point: Float32Array, origin: Float32Array, window: Window, other?: Window) => {
    out.fill(0);
    for (let r = window.top; r < window.top + window.tall; r++) {
      const isBeside = other === undefined || r < other.top || r >= other.top + other.tall;
      for (let c = window.left; c < window.left + window.wide; c++) {
        if (!isBeside && c >= other.left && c < other.left + other.wide) continue;
        const pixel = (r * width + c) * channels;
        for (let k = 0; k < channels; k++) {
          const difference = (point[pixel + k] as number) - (origin[pixel + k] as number);
          out[k] = (out[k] as number) + difference * difference;
        }
      }
    }
  };

  /** What the first window is to hold: its perturbation's direction bent by the pattern, and all the length there is. */
  const bend = (point: Float32Array, origin: Float32Array, window: Window, isTurned: boolean, unused: number): void => {
    const side = window.tall;
    const pattern = patternOf(side);
    lengths.fill(0);
    for (let r = 0; r < side; r++) {
      for (let c = 0; c < side; c++) {
        const height = pattern[isTurned ? c * side + r : r * side + c] as number;
        const pixel = ((window.top + r) * width + window.left + c) * channels;
        for (let k = 0; k < channels; k++) {
          const old = ((point[pixel + k] as number) - (origin[pixel + k] as number)) / (inFirst[k] as number);
          const value = height * (signs[k] as number) + old;
          wanted[pixel + k] = value;
          lengths[k] = (lengths[k] as number) + value * value;
        }
      }
    }
    for (let k = 0; k < channels; k++) {
      const available = unused / channels + (inFirst[k] as number) ** 2 + (inSecond[k] as number);
      lengths[k] = Math.sqrt(available / Math.max(lengths[k] as number, TINY));
    }
    for (let r = window.top; r < window.top + side; r++) {
      for (let c = window.left; c < window.left + side; c++) {
        const pixel = (r * width + c) * channels;
        for (let k = 0; k < channels; k++) {
          wanted[pixel + k] = (wanted[pixel + k] as number) * (lengths[k] as number);
        }
      }
    }
  };

  const drawWindow = (side: number, rng: Rng): Window => ({
    top: rng.int(height - side + 1),
    left: rng.int(width - side + 1),
    tall: side,
    wide: side,
  });

  return {
    canMove: () => (grid ? eps >= grid.scale * (1 - STEP_TOLERANCE) : eps > 0),
    start(trial, i, rng) {
      tilePatterns(wanted, image, rng);
      let square = 0;
      for (let k = 0; k < size; k++) square += (wanted[k] as number) ** 2;
      const factor = Math.sqrt(goal / square);
      for (let k = 0; k < size; k++) wanted[k] = (wanted[k] as number) * factor;
      const whole = { top: 0, left: 0, tall: height, wide: width };
      squareOfTrial[i] = writeWithin(trial, row(clean, i), whole, most);
      changed[i] = [whole, whole];
    },
    propose(trial, i, fraction, rng) {
      const side = windowSide(fraction, image);
      const first = drawWindow(side, rng);
      const second = drawWindow(side, rng);
      const isTurned = rng.int(2) === 1;
      for (let k = 0; k < channels; k++) signs[k] = 1 - 2 * rng.int(2);
      const [point, origin] = [row(best, i), row(clean, i)];
      sumSquares(inFirst, point, origin, first);
      sumSquares(inSecond, point, origin, second, first);
      let elsewhere = squareOfBest[i] as number;
      for (let k = 0; k < channels; k++) {
        elsewhere -= (inFirst[k] as number) + (inSecond[k] as number);
        inFirst[k] = Math.sqrt(Math.max(inFirst[k] as number, TINY));
      }
      bend(point, origin, first, isTurned, Math.max(0, goal - (squareOfBest[i] as number)));
      // Where the clean sample lies beside the grid, its rounding is left.
      elsewhere += write(trial, origin, second, 0);
      squareOfTrial[i] = elsewhere + writeWithin(trial, origin, first, most - elsewhere);
      changed[i] = [first, second];
    },
    accept(trial, i) {
      for (const window of changed[i] as readonly Window[]) copyWindow(trial, row(best, i), image, window);
      squareOfBest[i] = squareOfTrial[i] as number;
    },
    reject(trial, i) {
      for (const window of changed[i] as readonly Window[]) copyWindow(row(best, i), trial, image, window);
    },
  };
}
