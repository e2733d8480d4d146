/** How TFLite's integer kernels bring an accumulator to the output's grid. */

import type { Grid } from "../core/index.js";

/**
 * How far each channel's values have to be moved away from zero before they are rounded to the nearest
 * step, so that they land where the 32-bit kernels put them.
 *
 * The kernels multiply an accumulator by M = inputScale * channelScale / outputScale = q * 2^-k with q in
 * [0.5, 1) in two roundings (gemmlowp's SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT): to
 * 2^-k of a step, then from there to a whole step, halves away from zero. What lies within 2^-(k+1) of a
 * step below a half has become that half, and goes up with it.
 *
 * @param channelScales of the weights
 * @returns one amount a channel, in real values; zeros where there is one rounding only: for M >= 0.5, and
 *   for 16-bit activations, whose accumulators are rounded once
 */
export function doubleRoundingOf(inputScale: number, channelScales: readonly number[], output: Grid): Float32Array {
  return Float32Array.from(channelScales, (scale) => {
    const k = -(Math.floor(Math.log2((inputScale * scale) / output.scale)) + 1);
    return output.type === "int16" || k <= 0 ? 0 : output.scale * 2 ** -(k + 1);
  });
}
