import { describe, expect, it } from "vitest";
import { pairModel } from "../../../host/eval/model.js";
import { predictionOf } from "../../../host/eval/output-values.js";
import type { Network } from "../../../host/nn/index.js";
import { calibrate, quantizeInt8, readTflite, type TfliteTensor, writeTflite } from "../../../host/tflite/index.js";
import { tinyModel } from "./fake-board.js";

/** One output: the values' sum, less a half of them; what a sigmoid is to be taken of. */
const ONE: Network = {
  graph: {
    id: "yes-or-no",
    layers: [
      { name: "input", inputs: [], kind: "input", shape: [4] },
      { name: "dense", inputs: ["input"], kind: "dense", units: 1, useBias: true, activation: "linear" },
    ],
    output: "dense",
    logits: "dense",
    bounds: [0, 1],
  },
  params: new Map([
    ["dense/kernel", { shape: [4, 1], data: Float32Array.of(1, 1, 1, 1) }],
    ["dense/bias", { shape: [1], data: Float32Array.of(-2) }],
  ]),
};

const CORNERS = { data: Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1), shape: [2, 4] };

/** A .tflite with TFLite's sigmoid or softmax behind it. */
function withLast(tflite: Uint8Array, op: "LOGISTIC" | "SOFTMAX"): Uint8Array {
  const model = readTflite(tflite, "one");
  const [output] = model.outputs as [number];
  const share: TfliteTensor = {
    ...(model.tensors[output] as TfliteTensor),
    name: "shares",
    quantization: { scale: [1 / 256], zeroPoint: [-128], axis: 0 },
  };
  const at = model.tensors.length;
  const options = op === "SOFTMAX" ? { beta: 1 } : null;
  const last = { op, version: 1, inputs: [output], outputs: [at], options };
  return writeTflite({
    ...model,
    tensors: [...model.tensors, share],
    operators: [...model.operators, last],
    outputs: [at],
  });
}

describe("pairModel", () => {
  it("takes a sigmoid's one output for two classes, and judges it by the half", async () => {
    const tflite = withLast(quantizeInt8(ONE, await calibrate(ONE, CORNERS)), "LOGISTIC");
    const model = pairModel({ id: "yes-or-no", network: ONE, tflite, files: {} });
    expect(model.record.classes).toBe(2);
    const logits = await model.float.logits({ data: Float32Array.of(1, 1, 1, 0), shape: [1, 4] });
    expect([...logits.data]).toEqual([0, 1]);
    expect(model.view.logits?.grid.type).toBe("int8");
    const { output, outputIs } = model.view;
    expect(outputIs).toBe("probabilities");
    expect(output).toMatchObject({ scale: 1 / 256, zeroPoint: -128 });
    expect([-128, 0, 1, 127].map((byte) => predictionOf(Uint8Array.of(byte & 255), output))).toEqual([0, 0, 1, 1]);
  });

  it("tells by the last operator what the output is", async () => {
    const { tflite, network } = await tinyModel();
    const isOf = (bytes: Uint8Array) => pairModel({ id: "tiny", network, tflite: bytes, files: {} }).view.outputIs;
    expect(isOf(tflite)).toBe("logits");
    expect(isOf(withLast(tflite, "SOFTMAX"))).toBe("probabilities");
    // Two sigmoids are no shares of one whole.
    expect(isOf(withLast(tflite, "LOGISTIC"))).toBeUndefined();
  });

  it("refuses networks of other shapes, naming both", async () => {
    const { tflite } = await tinyModel();
    const wanted = {
      code: "DATA_MISMATCH",
      message: expect.stringMatching(/output is \[1, 2\].*network's is \[1, 3\]/),
    };
    const three: Network = {
      graph: {
        ...ONE.graph,
        layers: [
          { name: "input", inputs: [], kind: "input", shape: [4] },
          { name: "dense", inputs: ["input"], kind: "dense", units: 3, useBias: false, activation: "linear" },
        ],
        output: "dense",
      },
      params: new Map([["dense/kernel", { shape: [4, 3], data: new Float32Array(12) }]]),
    };
    expect(() => pairModel({ id: "odd", network: three, tflite, files: {} })).toThrow(expect.objectContaining(wanted));
    const others = { wide: tflite };
    const { tflite: own } = {
      tflite: quantizeInt8(three, await calibrate(three, { data: new Float32Array(8).fill(1), shape: [2, 4] })),
    };
    expect(() => pairModel({ id: "odd", network: three, tflite: own, others, files: {} })).toThrow(
      expect.objectContaining({ code: "DATA_MISMATCH", message: expect.stringMatching(/file wide's output/) }),
    );
  });
});
