/** Steepest ascent: the step of a given length in a norm that raises a linear function most. */

import { type Batch, rowSize } from "../../core/index.js";
import type { BallNorm } from "./ball.js";

/**
 * Moves every row of x by `length` up its gradient, in place: linf by the sign, l2 along the direction.
 * A zero or not finite gradient moves nothing.
 *
 * @param length in units of the input
 */
export function ascend(x: Batch, gradient: Batch, length: number, norm: BallNorm): void {
  if (norm === "linf") bySign(x.data, gradient.data, length);
  else byDirection(x.data, gradient.data, length, rowSize(x));
}

function bySign(x: Float32Array, gradient: Float32Array, length: number): void {
  // The signs of a gradient are as good as random, so a branch on them is mispredicted half of the
  // time; the sign bit needs none.
  const bits = new Int32Array(gradient.buffer, gradient.byteOffset, gradient.length);
  for (let i = 0; i < x.length; i++) {
    const pattern = bits[i] as number;
    const magnitude = pattern & 0x7fffffff;
    const isNumber = magnitude !== 0 && magnitude <= 0x7f800000;
    if (isNumber) x[i] = (x[i] as number) + length * (1 + 2 * (pattern >> 31));
  }
}

function byDirection(x: Float32Array, gradient: Float32Array, length: number, size: number): void {
  for (let from = 0; from < x.length; from += size) {
    let square = 0;
    for (let i = from; i < from + size; i++) square += (gradient[i] as number) ** 2;
    const factor = length / Math.sqrt(square);
    if (!(factor > 0 && Number.isFinite(factor))) continue;
    for (let i = from; i < from + size; i++) x[i] = (x[i] as number) + factor * (gradient[i] as number);
  }
}
