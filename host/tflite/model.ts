/** A `.tflite` file as plain values. */

import type { TensorType } from "./schema.js";

export interface TfliteQuantization {
  /** One value, or one a channel along `axis`; float32. */
  readonly scale: readonly number[];
  /** As many as `scale`. */
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Little-endian contents of a constant; null for activations. */
  readonly data: Uint8Array | null;
  readonly quantization: TfliteQuantization | null;
  readonly isVariable: boolean;
}

/** Options by their names in the schema, e.g. `stride_w`, `fused_activation_function`. */
export type OperatorOptions = Readonly<Record<string, string | number | boolean | readonly number[] | null>>;

export interface TfliteOperator {
  /** The schema's name, as CONV_2D; a custom operator's is CUSTOM:name, one of a later schema BUILTIN_number. */
  readonly op: string;
  readonly version: number;
  /** Indices into `tensors`; -1 for an optional input that is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Null for operators whose options this project does not read. */
  readonly options: OperatorOptions | null;
}

/** A model of one subgraph. */
export interface TfliteModel {
  readonly description: string;
  /** Schema version, 3. */
  readonly version: number;
  readonly tensors: readonly TfliteTensor[];
  /** In the order of execution. */
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const ELEMENT_BYTES: Readonly<Partial<Record<TensorType, number>>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint8: 1,
  int64: 8,
  bool: 1,
  int16: 2,
  complex64: 8,
  int8: 1,
  float64: 8,
};

/** Bytes of one element; undefined for strings, whose size is not fixed. */
export function bytesPerElement(type: TensorType): number | undefined {
  return ELEMENT_BYTES[type];
}
