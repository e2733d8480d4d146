/**
 * Which integer types and ranges a conversion uses: every type decision of the converter stands here.
 *
 * The numbers are TensorFlow Lite's 8-bit quantisation specification, and for int16x8 those of its converter's
 * mode of 16-bit activations with 8-bit weights.
 */

import { type QuantType, roundHalfAwayFromZero } from "../core/index.js";
import type { TfliteQuantization } from "./model.js";
import type { TensorType } from "./schema.js";

/** Smallest and largest value an activation takes; holds 0 once used. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Scheme {
  readonly name: string;
  readonly activation: {
    readonly type: QuantType;
    readonly min: number;
    readonly max: number;
    /** Whether the zero point is always 0. */
    readonly isSymmetric: boolean;
  };
  /** Weights are symmetric, zero point 0: integers -limit to limit. */
  readonly weight: { readonly type: TensorType; readonly limit: number };
  /** Biases have zero point 0 and scale input * weight. */
  readonly bias: { readonly type: "int32" | "int64" };
  /** Fixed by the softmax kernels: probabilities 0 to 1 over all steps. */
  readonly softmaxOutput: TfliteQuantization;
  /** ADD's option of that name: whether its scales are powers of two. Only int16 kernels read it. */
  readonly potScaleInt16: boolean;
}

/** Operator versions as TFLite's converter writes them, for both schemes. */
export const VERSIONS: Readonly<Record<string, number>> = {
  ADD: 2,
  AVERAGE_POOL_2D: 2,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 4,
  MAX_POOL_2D: 2,
  MUL: 2,
  PAD: 2,
  RELU: 2,
  RELU6: 2,
  RESHAPE: 1,
  SOFTMAX: 2,
};

export const INT8: Scheme = {
  name: "int8",
  activation: { type: "int8", min: -128, max: 127, isSymmetric: false },
  weight: { type: "int8", limit: 127 },
  bias: { type: "int32" },
  softmaxOutput: { scale: [1 / 256], zeroPoint: [-128], axis: 0 },
  // The schema's default.
  potScaleInt16: true,
};

export const INT16X8: Scheme = {
  name: "int16x8",
  activation: { type: "int16", min: -32768, max: 32767, isSymmetric: true },
  weight: { type: "int8", limit: 127 },
  bias: { type: "int64" },
  softmaxOutput: { scale: [1 / 32768], zeroPoint: [0], axis: 0 },
  potScaleInt16: false,
};

/**
 * Scale and zero point that map `range`, widened to hold 0, onto the scheme's integers; 0 falls exactly on
 * the zero point, rounded half away from zero as TFLite does. Jacob et al. 2018 (arXiv 1712.05877), section 3.
 * In a symmetric scheme the larger end of the range falls on the largest integer.
 */
export function activationQuantization(scheme: Scheme, range: Range): TfliteQuantization {
  const { min: lowest, max: highest, isSymmetric } = scheme.activation;
  const low = Math.min(0, range.min);
  const high = Math.max(0, range.max);
  if (isSymmetric) {
    const scale = Math.fround(Math.max(-low, high) / highest);
    return { scale: [scale > 0 ? scale : 1], zeroPoint: [0], axis: 0 };
  }
  if (low === high) return { scale: [1], zeroPoint: [lowest], axis: 0 };
  const scale = (high - low) / (highest - lowest);
  const zeroPoint = Math.min(highest, Math.max(lowest, roundHalfAwayFromZero(lowest - low / scale)));
  // + 0 makes a negative zero a plain one.
  return { scale: [Math.fround(scale)], zeroPoint: [zeroPoint + 0], axis: 0 };
}
