/** The model of a run: its float network as a white box, and the .tflite that the devices get. */

import { type GradientModel, type Grid, McuEvalError, type ModelShape } from "../core/index.js";
import type { GridRecord, ModelRecord } from "../data/index.js";
import { gradientModel, type Network } from "../nn/index.js";
import {
  inputGrid,
  inputTensor,
  logitsTensor,
  outputGrid,
  outputTensor,
  readTflite,
  type TfliteModel,
  type TfliteOperator,
} from "../tflite/index.js";
import type { EngineView } from "./oracles.js";

/** A model as loaded from its folder. */
export interface LoadedModel {
  readonly id: string;
  /** The float network that attacks search on. */
  readonly network: Network;
  /** The quantised model that devices run. */
  readonly tflite: Uint8Array;
  /** Further quantised files of the model, by role. */
  readonly others?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Names of its classes; absent where nobody named them. */
  readonly labels?: readonly string[] | undefined;
  /** What was loaded, by role. */
  readonly files: ModelRecord["files"];
}

export interface RunModel {
  readonly float: GradientModel;
  /** The run's own .tflite, and what it holds. */
  readonly tflite: Uint8Array;
  readonly parsed: TfliteModel;
  /** Its input grid. */
  readonly grid: Grid;
  readonly view: EngineView;
  readonly others: Readonly<Record<string, QuantizedFile>>;
  readonly labels?: readonly string[] | undefined;
  readonly record: ModelRecord;
}

/** A further quantised file of the model. */
export interface QuantizedFile {
  readonly tflite: Uint8Array;
  readonly input: Grid;
  readonly output: Grid;
}

/**
 * Brings both forms of a model together.
 *
 * @throws McuEvalError FILE_INVALID, MODEL_UNSUPPORTED, or DATA_MISMATCH when they take other inputs or
 *   know other classes
 */
export function pairModel({ id, network, tflite, others = {}, labels, files }: LoadedModel): RunModel {
  const float = gradientModel(network);
  const parsed = readTflite(tflite, id);
  const grid = inputGrid(parsed);
  const output = outputGrid(parsed);
  assertSameShape(`model ${id}: the .tflite`, parsed, float);
  const rest = Object.entries(others).map(([role, bytes]): [string, QuantizedFile] => {
    const model = readTflite(bytes, `${id}'s ${role}`);
    assertSameShape(`model ${id}: its file ${role}`, model, float);
    return [role, { tflite: bytes, input: inputGrid(model), output: outputGrid(model) }];
  });
  return {
    float,
    tflite,
    parsed,
    grid,
    view: { input: grid, output, ...outputView(parsed), logits: logitsView(parsed) },
    others: Object.fromEntries(rest),
    labels,
    record: {
      id,
      files,
      input: {
        shape: float.inputShape,
        bounds: float.bounds,
        type: grid.type,
        scale: grid.scale,
        zero_point: grid.zeroPoint,
      },
      output: gridRecord(output),
      classes: float.classes,
    },
  };
}

/** A grid as files have it. */
export function gridRecord({ type, scale, zeroPoint }: Grid): GridRecord {
  return { type, scale, zero_point: zeroPoint };
}

/** A network of two classes may have one output, their sigmoid. @throws McuEvalError DATA_MISMATCH */
function assertSameShape(what: string, model: TfliteModel, { inputShape, classes }: ModelShape): void {
  const batched = (shape: readonly number[]): string => `[1, ${shape.join(", ")}]`;
  const input = `[${inputTensor(model).shape.join(", ")}]`;
  const output = `[${outputTensor(model).shape.join(", ")}]`;
  const outputs = [batched([classes]), ...(classes === 2 && endsInSigmoid(model) ? [batched([1])] : [])];
  const shapes = [
    ["input", [batched(inputShape)], input],
    ["output", outputs, output],
  ] as const;
  for (const [name, wanted, found] of shapes) {
    if (wanted.includes(found)) continue;
    throw new McuEvalError("DATA_MISMATCH", `${what}'s ${name} is ${found}, the float network's is ${wanted[0]}`, {
      hint: "Both must be of the same network: convert it again with mcu-eval quantize.",
    });
  }
}

function endsInSigmoid(model: TfliteModel): boolean {
  return lastOperator(model)?.op === "LOGISTIC";
}

function lastOperator({ operators, outputs }: TfliteModel): TfliteOperator | undefined {
  return operators.find((operator) => operator.outputs.includes(outputs[0] as number));
}

/** What the output is, by the operator that makes it. The sigmoids of several outputs are neither. */
function outputView(model: TfliteModel): Pick<EngineView, "outputIs"> {
  const last = lastOperator(model)?.op;
  const isSingle = outputTensor(model).shape.at(-1) === 1;
  if (last === "SOFTMAX" || (last === "LOGISTIC" && isSingle)) return { outputIs: "probabilities" };
  return last === "FULLY_CONNECTED" ? { outputIs: "logits" } : {};
}

/** The tensor before the softmax or sigmoid, where the model ends with one. */
function logitsView(model: TfliteModel): EngineView["logits"] {
  const index = logitsTensor(model);
  if (index === model.outputs[0]) return undefined;
  const { type, quantization } = model.tensors[index] as TfliteModel["tensors"][number];
  const [scale] = quantization?.scale ?? [];
  const [zeroPoint] = quantization?.zeroPoint ?? [];
  if ((type !== "int8" && type !== "uint8" && type !== "int16") || scale === undefined || zeroPoint === undefined) {
    return undefined;
  }
  return { index, grid: { type, scale, zeroPoint } };
}
