/** What a model takes and gives: the integer grids of its input and output. */

import { type Grid, McuEvalError, type QuantType } from "../core/index.js";
import type { TfliteModel, TfliteTensor } from "./model.js";

/**
 * The model's one input tensor.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED unless there is exactly one
 */
export function inputTensor(model: TfliteModel): TfliteTensor {
  return only(model, model.inputs, "input");
}

/**
 * The model's one output tensor.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED unless there is exactly one
 */
export function outputTensor(model: TfliteModel): TfliteTensor {
  return only(model, model.outputs, "output");
}

/**
 * The input grid: what a device running this model can receive.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED unless the model has one quantised integer input
 */
export function inputGrid(model: TfliteModel): Grid {
  return gridOf(inputTensor(model), "input");
}

/**
 * The output grid, to turn raw output bytes into scores.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED unless the model has one quantised integer output
 */
export function outputGrid(model: TfliteModel): Grid {
  return gridOf(outputTensor(model), "output");
}

/**
 * The tensor index of the logits: the input of the softmax or sigmoid that the model ends with, else the output.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED unless there is exactly one output
 */
export function logitsTensor(model: TfliteModel): number {
  outputTensor(model);
  const output = model.outputs[0] as number;
  const last = model.operators.find((operator) => operator.outputs.includes(output));
  return last?.op === "SOFTMAX" || last?.op === "LOGISTIC" ? (last.inputs[0] as number) : output;
}

function only(model: TfliteModel, indices: readonly number[], what: string): TfliteTensor {
  const tensor = model.tensors[indices[0] ?? -1];
  if (tensor === undefined || indices.length !== 1) {
    throw new McuEvalError("MODEL_UNSUPPORTED", `the model has ${indices.length} ${what}s, expected 1`);
  }
  return tensor;
}

/** The grid of a quantised tensor. @param what to call it in errors */
export function gridOf(tensor: TfliteTensor, what: string): Grid {
  const scale = tensor.quantization?.scale[0];
  const zeroPoint = tensor.quantization?.zeroPoint[0];
  if (!isQuantType(tensor.type) || scale === undefined || zeroPoint === undefined) {
    const grid = scale === undefined ? "not quantised" : "quantised";
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `the model's ${what} "${tensor.name}" is ${tensor.type}, ${grid}; expected quantised int8, uint8 or int16`,
      { hint: "Convert the model with an integer input and output." },
    );
  }
  return { type: tensor.type, scale, zeroPoint };
}

function isQuantType(type: string): type is QuantType {
  return type === "int8" || type === "uint8" || type === "int16";
}
