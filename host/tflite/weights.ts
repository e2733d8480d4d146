/** Float kernels and biases to integers. */

import { roundHalfAwayFromZero } from "../core/index.js";
import type { Scheme } from "./scheme.js";

/** Weights in TFLite's layout, with the index of each weight's output channel. */
export interface Kernel {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly channels: number;
  channelOf(index: number): number;
}

export interface QuantizedLinear {
  readonly weights: Int8Array;
  /** float32, one a channel, or one for all. */
  readonly weightScales: readonly number[];
  readonly bias: Int32Array;
  /** float32, as many as `weightScales`. */
  readonly biasScales: readonly number[];
}

/**
 * Integer biases stay below this: 8-bit kernels add the products to them in 32 bits, and 16-bit ones cannot
 * scale sums down by more than 2^32. Where a channel's weights are so small that its bias would not, the
 * weights get a larger scale instead.
 */
const BIAS_LIMIT = 2 ** 30;

/**
 * Quantises one linear layer: weights symmetric, bias at scale input * weight.
 *
 * @param bias one value a channel
 * @param inputScale scale of the layer's input activation
 * @param perChannel a scale for each output channel, else one for the whole kernel
 */
export function quantizeLinear(
  scheme: Scheme,
  kernel: Kernel,
  bias: Float32Array,
  inputScale: number,
  perChannel: boolean,
): QuantizedLinear {
  const { limit } = scheme.weight;
  const groups = perChannel ? kernel.channels : 1;
  const groupOf = (channel: number): number => (perChannel ? channel : 0);

  const least = new Float64Array(groups);
  kernel.data.forEach((weight, i) => {
    const group = groupOf(kernel.channelOf(i));
    least[group] = Math.max(least[group] as number, Math.abs(weight) / limit);
  });
  bias.forEach((value, channel) => {
    const group = groupOf(channel);
    least[group] = Math.max(least[group] as number, Math.abs(value) / (inputScale * BIAS_LIMIT));
  });
  const weightScales = Array.from(least, (scale) => (Math.fround(scale) > 0 ? Math.fround(scale) : 1));
  const biasScales = weightScales.map((scale) => Math.fround(inputScale * scale));

  const weights = Int8Array.from(kernel.data, (weight, i) => {
    const steps = roundHalfAwayFromZero(weight / (weightScales[groupOf(kernel.channelOf(i))] as number));
    return Math.min(limit, Math.max(-limit, steps));
  });
  const integers = Int32Array.from(bias, (value, channel) =>
    roundHalfAwayFromZero(value / (biasScales[groupOf(channel)] as number)),
  );
  return { weights, weightScales, bias: integers, biasScales };
}

/** [kh, kw, in, out] to TFLite's [out, kh, kw, in]. */
export function convKernel({ shape, data }: { shape: readonly number[]; data: Float32Array }): Kernel {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const size = height * width * inputs;
  return {
    shape: [outputs, height, width, inputs],
    data: transpose(data, size, outputs),
    channels: outputs,
    channelOf: (i) => Math.floor(i / size),
  };
}

/** [kh, kw, in, multiplier] to TFLite's [1, kh, kw, in * multiplier]: the same order. */
export function depthwiseKernel({ shape, data }: { shape: readonly number[]; data: Float32Array }): Kernel {
  const [height, width, inputs, multiplier] = shape as [number, number, number, number];
  const channels = inputs * multiplier;
  return { shape: [1, height, width, channels], data, channels, channelOf: (i) => i % channels };
}

/** [in, out] to TFLite's [out, in]. */
export function denseKernel({ shape, data }: { shape: readonly number[]; data: Float32Array }): Kernel {
  const [inputs, units] = shape as [number, number];
  return {
    shape: [units, inputs],
    data: transpose(data, inputs, units),
    channels: units,
    channelOf: (i) => Math.floor(i / inputs),
  };
}

/** A [rows, columns] matrix turned to [columns, rows]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number);
}
