import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { macsOf, readTflite, type TfliteModel, type TfliteOperator } from "../../../host/tflite/index.js";

const operator = (op: string): TfliteOperator => ({ op, version: 1, inputs: [0, 1, -1], outputs: [2], options: null });

function modelOf(input: number[], weights: number[], output: number[]): TfliteModel {
  const tensors = [input, weights, output].map((shape) => {
    return { name: "", shape, type: "int8", data: null, quantization: null, isVariable: false } as const;
  });
  return { description: "", version: 3, tensors, operators: [], inputs: [0], outputs: [2] };
}

test.each([
  ["CONV_2D", [1, 8, 6, 5], [7, 3, 2, 5], [1, 4, 3, 7], 4 * 3 * 7 * 3 * 2 * 5],
  ["DEPTHWISE_CONV_2D", [1, 8, 6, 5], [1, 3, 2, 10], [1, 8, 6, 10], 8 * 6 * 10 * 3 * 2],
  ["FULLY_CONNECTED", [2, 12], [9, 12], [2, 9], 2 * 9 * 12],
  ["ADD", [1, 8], [1, 8], [1, 8], 0],
  ["SOFTMAX", [1, 8], [1], [1, 8], 0],
])("%s", (op, input, weights, output, macs) => {
  expect(macsOf(modelOf(input, weights, output), operator(op))).toBe(macs);
});

test("ResNet8_Has12501632", () => {
  const model = readTflite(readFileSync("models/cifar10-resnet8/int8.tflite"), "int8.tflite");
  expect(model.operators.reduce((sum, one) => sum + macsOf(model, one), 0)).toBe(12_501_632);
});
