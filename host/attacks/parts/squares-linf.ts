/** The Square attack's proposals in linf: windows whose every element is at an end of its interval. */

import { type Batch, type Grid, row, rowSize } from "../../core/index.js";
import { boxAround } from "./box.js";
import { copyWindow, type Image, type Squares, type Window } from "./squares.js";

/**
 * Vertical stripes to start with, then windows of one sign a channel (algorithm 2).
 *
 * Departs: a window may touch the last row and column, as in the paper and not in the authors' code; signs
 * that would change nothing are drawn again, as in their code and not in the paper.
 *
 * @param clean [N, height, width, channels]
 * @param best like `clean`; `start`, `accept` and `reject` keep each row's best point there
 */
export function squaresLinf(
  clean: Batch,
  best: Batch,
  eps: number,
  bounds: readonly [number, number],
  image: Image,
  grid?: Grid,
): Squares {
  const { height, width, channels } = image;
  const size = rowSize(clean);
  const box = boxAround(clean.data, eps, bounds, grid);
  const windows: Window[] = [];
  // 1 where a channel goes down, as boxes are ordered.
  const downs = new Uint8Array(channels);

  /** Whether some element of the window is not at the drawn end yet. */
  const changes = (trial: Float32Array, i: number, { top, left, tall, wide }: Window): boolean => {
    for (let r = top; r < top + tall; r++) {
      for (let c = left; c < left + wide; c++) {
        const pixel = (r * width + c) * channels;
        for (let k = 0; k < channels; k++) {
          if (trial[pixel + k] !== box[2 * (i * size + pixel + k) + (downs[k] as number)]) return true;
        }
      }
    }
    return false;
  };

  return {
    canMove(i) {
      for (let k = 2 * i * size; k < 2 * (i + 1) * size; k += 2) if (box[k] !== box[k + 1]) return true;
      return false;
    },
    start(trial, i, rng) {
      for (let c = 0; c < width; c++) {
        for (let k = 0; k < channels; k++) {
          const isDown = rng.int(2);
          for (let at = c * channels + k; at < size; at += width * channels) {
            trial[at] = box[2 * (i * size + at) + isDown] as number;
          }
        }
      }
      windows[i] = { top: 0, left: 0, tall: height, wide: width };
    },
    propose(trial, i, fraction, rng) {
      const side = Math.max(1, Math.round(Math.sqrt(fraction * height * width)));
      const tall = Math.min(side, height);
      const wide = Math.min(side, width);
      const window = { top: rng.int(height - tall + 1), left: rng.int(width - wide + 1), tall, wide };
      // A window of pixels that cannot move would be drawn for ever.
      for (let draw = 0; draw < MOST_DRAWS; draw++) {
        for (let k = 0; k < channels; k++) downs[k] = rng.int(2);
        if (changes(trial, i, window)) break;
      }
      for (let r = window.top; r < window.top + tall; r++) {
        for (let c = window.left; c < window.left + wide; c++) {
          const pixel = (r * width + c) * channels;
          for (let k = 0; k < channels; k++) {
            trial[pixel + k] = box[2 * (i * size + pixel + k) + (downs[k] as number)] as number;
          }
        }
      }
      windows[i] = window;
    },
    accept: (trial, i) => copyWindow(trial, row(best, i), image, windows[i] as Window),
    reject: (trial, i) => copyWindow(row(best, i), trial, image, windows[i] as Window),
  };
}

/** With one channel each draw changes nothing with probability 1/2. */
const MOST_DRAWS = 32;
