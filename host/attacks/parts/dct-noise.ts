/**
 * Noise of low spatial frequencies: normal coefficients of a two-dimensional DCT-II, one set a channel.
 *
 * Source: Rahmati et al. 2020, arXiv:2003.06468, section 3.4 and appendix. Computed as two
 * one-dimensional transforms instead of a product with a matrix of all basis images.
 */

import type { Noise } from "../../core/index.js";
import type { DrawProbe } from "./normal.js";

/**
 * Noise of elements of variance 1 (on average over the image).
 *
 * @param subDim frequencies along each side. From the longer side on all of them are there: the noise
 * is then white, as it is for any input that is not [height, width, channels].
 */
export function dctNoise(noise: Noise, inputShape: readonly number[], subDim: number): DrawProbe {
  const [height = 0, width = 0, channels = 0] = inputShape;
  if (inputShape.length !== 3 || subDim >= Math.max(height, width)) return (out) => void noise.normals(out);
  const rows = Math.min(subDim, height);
  const columns = Math.min(subDim, width);
  const down = cosines(height, rows);
  const along = cosines(width, columns);
  const coefficients = new Float32Array(rows * columns * channels); // [rows, columns, channels]
  const half = new Float32Array(rows * width * channels); // [rows, width, channels]
  // Each basis image has length 1, and together they have height * width elements a channel.
  const scale = Math.sqrt((height * width) / (rows * columns));
  return (out) => {
    noise.normals(coefficients);
    half.fill(0);
    for (let u = 0; u < rows; u++) {
      for (let v = 0; v < columns; v++) {
        const from = (u * columns + v) * channels;
        for (let x = 0; x < width; x++) {
          const factor = scale * (along[v * width + x] as number);
          const to = (u * width + x) * channels;
          for (let c = 0; c < channels; c++)
            half[to + c] = (half[to + c] as number) + factor * (coefficients[from + c] as number);
        }
      }
    }
    const line = width * channels;
    out.fill(0);
    for (let y = 0; y < height; y++) {
      for (let u = 0; u < rows; u++) {
        const factor = down[u * height + y] as number;
        const from = u * line;
        const to = y * line;
        for (let i = 0; i < line; i++) out[to + i] = (out[to + i] as number) + factor * (half[from + i] as number);
      }
    }
  };
}

/** The first `count` rows of the orthonormal DCT-II of a length: [count, length]. */
function cosines(length: number, count: number): Float32Array {
  const basis = new Float32Array(count * length);
  for (let u = 0; u < count; u++) {
    const norm = Math.sqrt((u === 0 ? 1 : 2) / length);
    for (let x = 0; x < length; x++) {
      basis[u * length + x] = norm * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * length));
    }
  }
  return basis;
}
