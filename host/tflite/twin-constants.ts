/** Constants of a `.tflite` as float parameters in the graph's layouts. */

import { McuEvalError } from "../core/index.js";
import type { Param } from "../nn/index.js";
import type { TfliteTensor } from "./model.js";

/** Weights as real values, and the scale of each output channel. */
export interface Dequantized extends Param {
  readonly channelScales: readonly number[];
}

/** [out, kh, kw, in] to [kh, kw, in, out]. */
export function convWeights(tensor: TfliteTensor): Dequantized {
  const [outputs, height, width, inputs] = tensor.shape as [number, number, number, number];
  const size = height * width * inputs;
  return { ...outputsLast(tensor, outputs, size), shape: [height, width, inputs, outputs] };
}

/** [1, kh, kw, in * multiplier] to [kh, kw, in, multiplier]: the same order. */
export function depthwiseWeights(tensor: TfliteTensor, multiplier: number): Dequantized {
  const [, height, width, channels] = tensor.shape as [number, number, number, number];
  const channelScales = scalesOf(tensor, channels, 3);
  const [zeroPoint] = tensor.quantization?.zeroPoint ?? [];
  const data = Float32Array.from(
    integersOf(tensor),
    (value, i) => (value - (zeroPoint as number)) * (channelScales[i % channels] as number),
  );
  return { data, shape: [height, width, channels / multiplier, multiplier], channelScales };
}

/** [out, in] to [in, out]. */
export function denseWeights(tensor: TfliteTensor): Dequantized {
  const [outputs, inputs] = tensor.shape as [number, number];
  return { ...outputsLast(tensor, outputs, inputs), shape: [inputs, outputs] };
}

/** Integers at the accumulators' scale, input scale times weight scale, as real values. */
export function biasOf(tensor: TfliteTensor, inputScale: number, channelScales: readonly number[]): Param {
  const integers = integersOf(tensor);
  const data = Float32Array.from(channelScales, (scale, channel) => (integers[channel] as number) * inputScale * scale);
  return { data, shape: [data.length] };
}

function outputsLast(tensor: TfliteTensor, outputs: number, size: number): Omit<Dequantized, "shape"> {
  const channelScales = scalesOf(tensor, outputs, 0);
  const [zeroPoint] = tensor.quantization?.zeroPoint ?? [];
  const integers = integersOf(tensor);
  const data = Float32Array.from({ length: outputs * size }, (_, i) => {
    const channel = i % outputs;
    const integer = integers[channel * size + Math.floor(i / outputs)] as number;
    return (integer - (zeroPoint as number)) * (channelScales[channel] as number);
  });
  return { data, channelScales };
}

/** One scale a channel, repeated where the tensor has one for all. */
function scalesOf(tensor: TfliteTensor, channels: number, axis: number): readonly number[] {
  const { quantization, name } = tensor;
  if (quantization === null) {
    throw new McuEvalError("MODEL_UNSUPPORTED", `the weights "${name}" are ${tensor.type}, not quantised`);
  }
  const [scale] = quantization.scale;
  if (quantization.scale.length === 1) return new Array<number>(channels).fill(scale as number);
  if (quantization.axis !== axis || quantization.zeroPoint.some((zeroPoint) => zeroPoint !== 0)) {
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `the weights "${name}" have scales along axis ${quantization.axis}, expected symmetric ones along axis ${axis}`,
    );
  }
  return quantization.scale;
}

/** A constant's integers, whatever their width. */
function integersOf({ data, type, name }: TfliteTensor): ArrayLike<number> {
  if (data === null) throw new McuEvalError("MODEL_UNSUPPORTED", `"${name}" is computed, expected a constant`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (type) {
    case "int8":
      return Int8Array.from(data);
    case "uint8":
      return data;
    case "int32":
      return Int32Array.from({ length: data.length / 4 }, (_, i) => view.getInt32(4 * i, true));
    case "int64":
      return Float64Array.from({ length: data.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
    default:
      throw new McuEvalError("MODEL_UNSUPPORTED", `the constant "${name}" is ${type}, expected integers`);
  }
}
