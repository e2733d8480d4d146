/** Writes `.tflite` files. */

import { McuEvalError } from "../core/index.js";
import type { RowOf } from "./fields.js";
import { writeRoot } from "./flatbuffer-write.js";
import type { TfliteModel, TfliteOperator } from "./model.js";
import { OPERATOR_NAMES } from "./operator-names.js";
import { type BUILTIN_OPTIONS, FILE_IDENTIFIER, MODEL } from "./schema.js";

/** The union member that holds an operator's options. */
const OPTIONS_MEMBER: Readonly<Record<string, keyof typeof BUILTIN_OPTIONS>> = {
  CONV_2D: 1,
  DEPTHWISE_CONV_2D: 2,
  AVERAGE_POOL_2D: 5,
  MAX_POOL_2D: 5,
  FULLY_CONNECTED: 8,
  SOFTMAX: 9,
  CONCATENATION: 10,
  ADD: 11,
  RESHAPE: 17,
  MUL: 21,
  PAD: 22,
};

/**
 * Writes a model as a `.tflite` file that stock interpreters open: one buffer a tensor after the empty
 * buffer 0, as TFLite's converter lays them out, data aligned to 16 bytes. Equal models give equal bytes.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED for an operator that has no name in the schema
 */
export function writeTflite(model: TfliteModel): Uint8Array {
  const codes = [...new Set(model.operators.map(codeKey))];
  const row: RowOf<typeof MODEL> = {
    version: model.version,
    operator_codes: codes.map((key) => {
      const { op, version } = model.operators.find((operator) => codeKey(operator) === key) as TfliteOperator;
      const code = OPERATOR_NAMES.indexOf(op);
      if (code < 0) throw new McuEvalError("MODEL_UNSUPPORTED", `operator ${op} cannot be written to a .tflite file`);
      return { builtin_code: code, custom_code: null, version, wide_builtin_code: code };
    }),
    subgraphs: [
      {
        tensors: model.tensors.map((tensor, i) => ({
          shape: tensor.shape,
          type: tensor.type,
          buffer: 1 + i,
          name: tensor.name,
          quantization: tensor.quantization && {
            min: null,
            max: null,
            scale: tensor.quantization.scale,
            zero_point: tensor.quantization.zeroPoint,
            quantized_dimension: tensor.quantization.axis,
          },
          is_variable: tensor.isVariable,
        })),
        inputs: model.inputs,
        outputs: model.outputs,
        operators: model.operators.map((operator) => ({
          opcode_index: codes.indexOf(codeKey(operator)),
          inputs: operator.inputs,
          outputs: operator.outputs,
          builtin_options_type: operator.options === null ? 0 : (OPTIONS_MEMBER[operator.op] ?? 0),
          builtin_options: operator.options,
        })),
        name: "main",
      },
    ],
    description: model.description,
    buffers: [{ data: null }, ...model.tensors.map((tensor) => ({ data: tensor.data }))],
  };
  return writeRoot(MODEL, row, FILE_IDENTIFIER);
}

function codeKey(operator: TfliteOperator): string {
  return `${operator.op} ${operator.version}`;
}
