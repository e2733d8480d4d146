/** Reads `.tflite` files. */

import { crc32 } from "node:zlib";
import { McuEvalError, sizeOf } from "../core/index.js";
import type { RowOf } from "./fields.js";
import { readRoot } from "./flatbuffer-read.js";
import {
  bytesPerElement,
  type OperatorOptions,
  type TfliteModel,
  type TfliteOperator,
  type TfliteTensor,
} from "./model.js";
import { OPERATOR_NAMES } from "./operator-names.js";
import { FILE_IDENTIFIER, MODEL, SCHEMA_VERSION } from "./schema.js";

type ModelRow = RowOf<typeof MODEL>;
type SubgraphRow = NonNullable<ModelRow["subgraphs"]>[number];
type TensorRow = NonNullable<SubgraphRow["tensors"]>[number];
type OperatorRow = NonNullable<SubgraphRow["operators"]>[number];

/** Constant tensors of up to this many elements are taken as they are; beyond, a shape is a mistake or an attack. */
const MAX_ELEMENTS = 2 ** 31;

/**
 * Reads a `.tflite` file: its structure, and that every index and constant's size in it is right.
 * Whether operators and types can run on a board is not judged here.
 *
 * @param bytes the file; constants of the result are views of it
 * @param source what to call the file in errors
 * @throws McuEvalError FILE_INVALID for a truncated, damaged or foreign file,
 *   MODEL_UNSUPPORTED for more than one subgraph or a tensor type of a later schema
 */
export function readTflite(bytes: Uint8Array, source = "the model"): TfliteModel {
  const row = readRoot(bytes, MODEL, FILE_IDENTIFIER, source);
  if (row.version !== SCHEMA_VERSION) invalid(source, `schema version ${row.version}, expected ${SCHEMA_VERSION}`);
  const subgraphs = row.subgraphs ?? [];
  const graph = subgraphs[0];
  if (graph === undefined) invalid(source, "it has no subgraph");
  if (subgraphs.length > 1) {
    throw new McuEvalError("MODEL_UNSUPPORTED", `${source} has ${subgraphs.length} subgraphs, expected 1`, {
      hint: "Models with control flow (IF, WHILE) do not run here.",
    });
  }
  const buffers = (row.buffers ?? []).map((buffer) => buffer.data);
  const tensors = (graph.tensors ?? []).map((tensor, i) => tensorOf(tensor, buffers, `${source}: tensor ${i}`));
  const checkIndices = (indices: readonly number[], least: number, what: string): readonly number[] => {
    const bad = indices.find((index) => index < least || index >= tensors.length);
    if (bad !== undefined) invalid(source, `${what} name tensor ${bad} of ${tensors.length}`);
    return indices;
  };
  const operators = (graph.operators ?? []).map((operator, i): TfliteOperator => {
    const what = `operator ${i}`;
    return {
      ...codeOf(row, operator, source, what),
      inputs: checkIndices(operator.inputs ?? [], -1, `${what}'s inputs`),
      outputs: checkIndices(operator.outputs ?? [], 0, `${what}'s outputs`),
      options: operator.builtin_options as OperatorOptions | null,
    };
  });
  return {
    description: row.description ?? "",
    version: row.version,
    tensors,
    operators,
    inputs: checkIndices(graph.inputs ?? [], 0, "the model's inputs"),
    outputs: checkIndices(graph.outputs ?? [], 0, "the model's outputs"),
  };
}

/** CRC-32 (as in zlib) of a model file: its name on the wire and in results. */
export function modelCrc(bytes: Uint8Array): number {
  return crc32(bytes);
}

function tensorOf(row: TensorRow, buffers: readonly (Uint8Array | null)[], what: string): TfliteTensor {
  const name = row.name ?? "";
  const shape = row.shape ?? [];
  const size = sizeOf(shape);
  if (shape.some((extent) => extent < 0) || size > MAX_ELEMENTS)
    invalid(what, `"${name}" has shape [${shape.join(", ")}]`);
  if (row.buffer >= buffers.length) invalid(what, `"${name}" has buffer ${row.buffer} of ${buffers.length}`);
  const data = buffers[row.buffer] ?? null;
  const width = bytesPerElement(row.type);
  if (data !== null && data.length > 0 && width !== undefined && data.length !== size * width) {
    const wanted = `${size * width} (shape [${shape.join(", ")}], ${row.type})`;
    invalid(what, `"${name}" has ${data.length} bytes of data, expected ${wanted}`);
  }
  return {
    name,
    shape,
    type: row.type,
    data: data !== null && data.length > 0 ? data : null,
    quantization: quantizationOf(row, `${what} "${name}"`),
    isVariable: row.is_variable,
  };
}

function quantizationOf(row: TensorRow, what: string): TfliteTensor["quantization"] {
  const scale = row.quantization?.scale ?? [];
  if (scale.length === 0) return null;
  const zeroPoint = row.quantization?.zero_point ?? [];
  const axis = row.quantization?.quantized_dimension ?? 0;
  if (zeroPoint.length !== scale.length) {
    invalid(what, `it has ${scale.length} scales but ${zeroPoint.length} zero points`);
  }
  const channels = (row.shape ?? [])[axis];
  if (scale.length > 1 && scale.length !== channels) {
    invalid(what, `it has ${scale.length} scales, but axis ${axis} has ${channels ?? "no"} channels`);
  }
  return { scale, zeroPoint, axis };
}

function codeOf(model: ModelRow, row: OperatorRow, source: string, what: string): { op: string; version: number } {
  const codes = model.operator_codes ?? [];
  const code = codes[row.opcode_index];
  if (code === undefined) invalid(source, `${what} has operator code ${row.opcode_index} of ${codes.length}`);
  const number = Math.max(code.builtin_code, code.wide_builtin_code);
  const name = OPERATOR_NAMES[number] ?? `BUILTIN_${number}`;
  return { op: name === "CUSTOM" ? `CUSTOM:${code.custom_code ?? ""}` : name, version: code.version };
}

function invalid(source: string, what: string): never {
  throw new McuEvalError("FILE_INVALID", `${source} is not a valid .tflite model: ${what}`, {
    hint: "The file is damaged; copy or convert it again.",
  });
}
