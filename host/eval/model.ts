/** The model of a run: its float network as a white box, and the .tflite that the devices get. */

import { type GradientModel, type Grid, McuEvalError, type QuantType } from "../core/index.js";
import type { ModelRecord } from "../data/index.js";
import { gradientModel, type Network } from "../nn/index.js";
import { inputGrid, inputTensor, outputGrid, outputTensor, readTflite } from "../tflite/index.js";

/** A model as loaded from its folder. */
export interface LoadedModel {
  readonly id: string;
  /** The float network that attacks search on. */
  readonly network: Network;
  /** The quantised model that devices run. */
  readonly tflite: Uint8Array;
  /** Names of its classes; absent where nobody named them. */
  readonly labels?: readonly string[] | undefined;
  /** What was loaded, by role. */
  readonly files: ModelRecord["files"];
}

export interface RunModel {
  readonly float: GradientModel;
  readonly tflite: Uint8Array;
  /** Its input grid. */
  readonly grid: Grid;
  readonly labels?: readonly string[] | undefined;
  readonly outputType: QuantType;
  readonly record: ModelRecord;
}

/**
 * Brings both forms of a model together.
 *
 * @throws McuEvalError FILE_INVALID, MODEL_UNSUPPORTED, or DATA_MISMATCH when they take other inputs or
 *   know other classes
 */
export function pairModel({ id, network, tflite, labels, files }: LoadedModel): RunModel {
  const model = readTflite(tflite, id);
  const float = gradientModel(network);
  const grid = inputGrid(model);
  const output = outputGrid(model);
  const batched = (shape: readonly number[]): string => `[1, ${shape.join(", ")}]`;
  const shapes = [
    ["input", batched(float.inputShape), `[${inputTensor(model).shape.join(", ")}]`],
    ["output", batched([float.classes]), `[${outputTensor(model).shape.join(", ")}]`],
  ] as const;
  for (const [what, wanted, found] of shapes) {
    if (wanted === found) continue;
    throw new McuEvalError(
      "DATA_MISMATCH",
      `model ${id}: the .tflite's ${what} is ${found}, the float network's is ${wanted}`,
      {
        hint: "Both must be of the same network: convert it again with mcu-eval quantize.",
      },
    );
  }
  return {
    float,
    tflite,
    grid,
    labels,
    outputType: output.type,
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
      output: { type: output.type, scale: output.scale, zero_point: output.zeroPoint },
      classes: float.classes,
    },
  };
}
