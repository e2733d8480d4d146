/** What a profile runs: a sample of the model's data, or seeded random bytes where there is none. */

import { McuEvalError, openStream, row, toGrid } from "../core/index.js";
import { batchOf, loadDataset, type ModelDescription, type ProfileRecord } from "../data/index.js";
import { bytesPerElement, inputGrid, inputTensor, type TfliteModel } from "../tflite/index.js";

export interface InputRequest {
  /** As --data; by default what the model's accuracy was measured on. */
  readonly data?: string | undefined;
  readonly sample?: number | undefined;
  readonly seed: number;
  readonly log: (line: string) => void;
}

export interface ProfileInput {
  readonly bytes: Uint8Array;
  readonly record: ProfileRecord["input"];
}

/**
 * @param description of the model's folder; absent for a .tflite on its own
 * @throws McuEvalError USAGE, and those of the data's loader
 */
export async function profileInput(
  model: TfliteModel,
  description: ModelDescription | undefined,
  request: InputRequest,
): Promise<ProfileInput> {
  const source = request.data ?? testData(description);
  if (source === null) {
    if (request.sample !== undefined) {
      throw new McuEvalError("USAGE", `sample ${request.sample} of no data: the model names none`, {
        hint: "Name it with --data, or leave --sample out for random input.",
      });
    }
    return { bytes: randomInput(model, request.seed), record: { source: "random", seed: request.seed } };
  }
  const sample = request.sample ?? 0;
  const dataset = await loadDataset(source, {
    offset: sample,
    limit: 1,
    shape: inputTensor(model).shape.slice(1),
    bounds: description?.input.range,
    log: request.log,
  });
  const values = toGrid(row(batchOf(dataset, 0, 1), 0), inputGrid(model));
  return {
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    record: { source, sample },
  };
}

/** The data that this program can fetch by itself and that the model was measured on, or null. */
function testData(description: ModelDescription | undefined): string | null {
  const measured = description?.accuracy?.find(({ dataset }) => dataset === "cifar10");
  return measured === undefined ? null : `cifar10:${measured.split}`;
}

/** All inputs one behind the other: integers over their whole range, floats from 0 to 1. */
function randomInput(model: TfliteModel, seed: number): Uint8Array {
  const parts = model.inputs.map((index) => {
    const tensor = model.tensors[index];
    const rng = openStream(seed, "profile", String(index));
    const elements = tensor?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
    if (tensor?.type === "float32") {
      return new Uint8Array(Float32Array.from({ length: elements }, () => rng.uniform()).buffer);
    }
    const bytes = elements * (bytesPerElement(tensor?.type ?? "int8") ?? 1);
    return Uint8Array.from({ length: bytes }, () => rng.int(256));
  });
  return new Uint8Array(Buffer.concat(parts));
}
