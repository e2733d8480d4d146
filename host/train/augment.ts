/** Random shift and horizontal flip of pictures, decided by (seed, epoch, sample) alone. */

import { openStream } from "../core/index.js";
import type { Values } from "../data/index.js";
import type { Recipe } from "./recipe.js";

export interface Placement {
  /** The picture moves up by `top` and left by `left` pixels; what comes in is mirrored at the edge. */
  readonly top: number;
  readonly left: number;
  readonly flip: boolean;
}

/** How sample number `sample` is placed in epoch number `epoch`. */
export function placementOf({ seed, augment }: Recipe, epoch: number, sample: number): Placement {
  const rng = openStream(seed, "augment", epoch, sample);
  const shift = () => rng.int(2 * augment.maxShift + 1) - augment.maxShift;
  const top = shift();
  const left = shift();
  return { top, left, flip: augment.flip && rng.int(2) === 1 };
}

/** Real value of a byte: byte / 255 in float32. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** For every column or row of the output, which one of the input it shows. */
function sources(extent: number, shift: number, flip: boolean): number[] {
  return Array.from({ length: extent }, (_, i) => {
    const at = Math.abs((flip ? extent - 1 - i : i) + shift);
    return at < extent ? at : 2 * (extent - 1) - at;
  });
}

/**
 * Writes a picture, placed, as float32; bytes become 0 … 1.
 *
 * @param picture [height, width, channels]
 * @param out [height, width, channels], overwritten whole
 */
export function placePicture(
  picture: Values,
  shape: readonly number[],
  { top, left, flip }: Placement,
  out: Float32Array,
): void {
  const [height = 0, width = 0, channels = 0] = shape;
  const bytes = picture instanceof Uint8Array;
  const columns = sources(width, left, flip);
  let to = 0;
  for (const y of sources(height, top, false)) {
    for (const x of columns) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const value = picture[from + c] as number;
        out[to++] = bytes ? (UNIT[value] as number) : value;
      }
    }
  }
}
