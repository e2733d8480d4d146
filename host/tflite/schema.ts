/**
 * The tables of the TensorFlow Lite schema, version 3, that this project reads and writes.
 *
 * Slots, defaults and enumerations are those of the generated C++ header that comes with TFLM; a test
 * compares them. Fields left out here are skipped on reading and never written.
 */

import type { Table } from "./fields.js";

/** The file identifier at byte 4. */
export const FILE_IDENTIFIER = "TFL3";
export const SCHEMA_VERSION = 3;

export const TENSOR_TYPES = [
  "float32",
  "float16",
  "int32",
  "uint8",
  "int64",
  "string",
  "bool",
  "int16",
  "complex64",
  "int8",
  "float64",
] as const;

export type TensorType = (typeof TENSOR_TYPES)[number];

export const PADDINGS = ["same", "valid"] as const;
export const FUSED_ACTIVATIONS = ["linear", "relu", "relu_n1_to_1", "relu6", "tanh", "sign_bit"] as const;

const QUANTIZATION = {
  name: "QuantizationParameters",
  fields: {
    min: { slot: 0, kind: "f32s" },
    max: { slot: 1, kind: "f32s" },
    scale: { slot: 2, kind: "f32s" },
    zero_point: { slot: 3, kind: "i64s" },
    quantized_dimension: { slot: 6, kind: "i32", default: 0 },
  },
} as const satisfies Table;

const TENSOR = {
  name: "Tensor",
  fields: {
    shape: { slot: 0, kind: "i32s" },
    type: { slot: 1, kind: "enum", names: TENSOR_TYPES },
    buffer: { slot: 2, kind: "u32", default: 0 },
    name: { slot: 3, kind: "string" },
    quantization: { slot: 4, kind: "table", table: QUANTIZATION },
    is_variable: { slot: 5, kind: "bool", default: false },
  },
} as const satisfies Table;

const padding = { slot: 0, kind: "enum", names: PADDINGS } as const;
const stride_w = { slot: 1, kind: "i32", default: 0 } as const;
const stride_h = { slot: 2, kind: "i32", default: 0 } as const;
const fusedActivation = <Slot extends number>(slot: Slot) =>
  ({ slot, kind: "enum", names: FUSED_ACTIVATIONS }) as const;

/** Tables of operator options, by their number in the schema's union BuiltinOptions. */
export const BUILTIN_OPTIONS = {
  1: {
    name: "Conv2DOptions",
    fields: {
      padding,
      stride_w,
      stride_h,
      fused_activation_function: fusedActivation(3),
      dilation_w_factor: { slot: 4, kind: "i32", default: 1 },
      dilation_h_factor: { slot: 5, kind: "i32", default: 1 },
    },
  },
  2: {
    name: "DepthwiseConv2DOptions",
    fields: {
      padding,
      stride_w,
      stride_h,
      depth_multiplier: { slot: 3, kind: "i32", default: 0 },
      fused_activation_function: fusedActivation(4),
      dilation_w_factor: { slot: 5, kind: "i32", default: 1 },
      dilation_h_factor: { slot: 6, kind: "i32", default: 1 },
    },
  },
  5: {
    name: "Pool2DOptions",
    fields: {
      padding,
      stride_w,
      stride_h,
      filter_width: { slot: 3, kind: "i32", default: 0 },
      filter_height: { slot: 4, kind: "i32", default: 0 },
      fused_activation_function: fusedActivation(5),
    },
  },
  8: {
    name: "FullyConnectedOptions",
    fields: {
      fused_activation_function: fusedActivation(0),
      keep_num_dims: { slot: 2, kind: "bool", default: false },
    },
  },
  9: { name: "SoftmaxOptions", fields: { beta: { slot: 0, kind: "f32", default: 0 } } },
  10: {
    name: "ConcatenationOptions",
    fields: { axis: { slot: 0, kind: "i32", default: 0 }, fused_activation_function: fusedActivation(1) },
  },
  11: {
    name: "AddOptions",
    fields: {
      fused_activation_function: fusedActivation(0),
      /** Of a later schema. False: 16-bit inputs may have any scale. */
      pot_scale_int16: { slot: 1, kind: "bool", default: true },
    },
  },
  17: { name: "ReshapeOptions", fields: { new_shape: { slot: 0, kind: "i32s" } } },
  21: { name: "MulOptions", fields: { fused_activation_function: fusedActivation(0) } },
  22: { name: "PadOptions", fields: {} },
} as const satisfies Record<number, Table>;

const OPERATOR_CODE = {
  name: "OperatorCode",
  fields: {
    builtin_code: { slot: 0, kind: "i8", default: 0 },
    custom_code: { slot: 1, kind: "string" },
    version: { slot: 2, kind: "i32", default: 1 },
    /** Later writers put the code here too, for codes above 127; readers take the larger of both. */
    wide_builtin_code: { slot: 3, kind: "i32", default: 0 },
  },
} as const satisfies Table;

const OPERATOR = {
  name: "Operator",
  fields: {
    opcode_index: { slot: 0, kind: "u32", default: 0 },
    inputs: { slot: 1, kind: "i32s" },
    outputs: { slot: 2, kind: "i32s" },
    builtin_options_type: { slot: 3, kind: "u8", default: 0 },
    builtin_options: { slot: 4, kind: "union", tag: "builtin_options_type", members: BUILTIN_OPTIONS },
  },
} as const satisfies Table;

const SUBGRAPH = {
  name: "SubGraph",
  fields: {
    tensors: { slot: 0, kind: "tables", table: TENSOR },
    inputs: { slot: 1, kind: "i32s" },
    outputs: { slot: 2, kind: "i32s" },
    operators: { slot: 3, kind: "tables", table: OPERATOR },
    name: { slot: 4, kind: "string" },
  },
} as const satisfies Table;

const BUFFER = { name: "Buffer", fields: { data: { slot: 0, kind: "bytes" } } } as const satisfies Table;

export const MODEL = {
  name: "Model",
  fields: {
    version: { slot: 0, kind: "u32", default: 0 },
    operator_codes: { slot: 1, kind: "tables", table: OPERATOR_CODE },
    subgraphs: { slot: 2, kind: "tables", table: SUBGRAPH },
    description: { slot: 3, kind: "string" },
    buffers: { slot: 4, kind: "tables", table: BUFFER },
  },
} as const satisfies Table;
