/** A model whose output is its input backwards, repeated: one fully connected layer of zeros and ones. */

import { type TfliteModel, writeTflite } from "../../host/tflite/index.js";

export interface MirrorModel {
  readonly file: Uint8Array;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** Scale 1 and zero point 0 everywhere, so that the integers pass unchanged. */
const IDENTITY = { scale: [1], zeroPoint: [0], axis: 0 };

/** int8 in and out; computes what fake-device.ts's mirror() does. */
export function mirrorModel(inputBytes: number, outputBytes: number): MirrorModel {
  const weights = new Uint8Array(outputBytes * inputBytes);
  for (let i = 0; i < outputBytes; i++) weights[i * inputBytes + (inputBytes - 1 - (i % inputBytes))] = 1;
  const tensor = { type: "int8" as const, data: null, quantization: IDENTITY, isVariable: false };
  const model: TfliteModel = {
    description: "mirror",
    version: 3,
    tensors: [
      { ...tensor, name: "input", shape: [1, inputBytes] },
      { ...tensor, name: "output", shape: [1, outputBytes] },
      { ...tensor, name: "weights", shape: [outputBytes, inputBytes], data: weights },
      { ...tensor, name: "bias", shape: [outputBytes], type: "int32", data: new Uint8Array(4 * outputBytes) },
    ],
    operators: [
      {
        op: "FULLY_CONNECTED",
        version: 4,
        inputs: [0, 2, 3],
        outputs: [1],
        options: { fused_activation_function: "linear", keep_num_dims: false },
      },
    ],
    inputs: [0],
    outputs: [1],
  };
  return { file: writeTflite(model), inputBytes, outputBytes };
}
