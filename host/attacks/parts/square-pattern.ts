/** The pattern that the Square attack adds in l2: two mounds of opposite sign. */

import type { Rng } from "../../core/index.js";
import type { Image } from "./squares.js";

/**
 * The pattern of a square window, of length 1: section 3.2 of the paper, equation 2 and figure 3. Its upper
 * half is a mound of nested squares around its middle, its lower half the same with the sign turned.
 *
 * @returns [side * side]
 */
export function squarePattern(side: number): Float64Array {
  const upper = Math.floor(side / 2);
  const out = new Float64Array(side * side);
  addMound(out, 0, upper, side, 1);
  addMound(out, upper, side - upper, side, -1);
  const length = Math.hypot(...out);
  return out.map((value) => value / length);
}

/** A mound over rows `top` to `top + tall` of length 1, times `sign`. */
function addMound(out: Float64Array, top: number, tall: number, wide: number, sign: number): void {
  const row = Math.floor(tall / 2);
  const column = Math.floor(wide / 2);
  const squares = Math.max(row, column) + 1;
  let square = 0;
  for (let r = 0; r < tall; r++) {
    for (let c = 0; c < wide; c++) {
      let height = 0;
      // Square number k around the middle reaches k pixels far.
      for (let k = Math.max(Math.abs(r - row), Math.abs(c - column)); k < squares; k++) height += 1 / (k + 1) ** 2;
      out[(top + r) * wide + c] = height;
      square += height * height;
    }
  }
  for (let k = top * wide; k < (top + tall) * wide; k++) out[k] = ((out[k] as number) * sign) / Math.sqrt(square);
}

/**
 * Covers an image with patterns, five on its shorter side, each turned and with signs a channel at random.
 *
 * @param out [height * width * channels], overwritten
 */
export function tilePatterns(out: Float64Array, { height, width, channels }: Image, rng: Rng): void {
  const side = Math.max(1, Math.floor(Math.min(height, width) / 5));
  const pattern = squarePattern(side);
  out.fill(0);
  for (let down = 0; down < Math.floor(height / side); down++) {
    for (let right = 0; right < Math.floor(width / side); right++) {
      const top = Math.floor((height % side) / 2) + down * side;
      const left = Math.floor((width % side) / 2) + right * side;
      const isTurned = rng.int(2) === 1;
      const signs = Array.from({ length: channels }, () => 1 - 2 * rng.int(2));
      for (let r = 0; r < side; r++) {
        for (let c = 0; c < side; c++) {
          const value = pattern[isTurned ? c * side + r : r * side + c] as number;
          const pixel = ((top + r) * width + left + c) * channels;
          for (let k = 0; k < channels; k++) out[pixel + k] = value * (signs[k] as number);
        }
      }
    }
  }
}
