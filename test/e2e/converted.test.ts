/** Networks of our own converter on the native build, held to the stock tflite-micro interpreter byte for byte. */

import { describe, expect, it } from "vitest";
import { countOf, toGrid } from "../../host/core/index.js";
import { openDevice } from "../../host/device/index.js";
import type { Network } from "../../host/nn/index.js";
import { calibrate, inputGrid, quantizeInt8, readTflite } from "../../host/tflite/index.js";
import {
  branchedNetwork,
  images,
  mobileNetwork,
  residualNetwork,
  withPlainDepthwise,
} from "../host/tflite/networks.js";
import { oracleInfer } from "../oracle/oracle.js";

const COUNT = 20;

async function nativeOutputs(model: Uint8Array, inputs: Uint8Array, count: number): Promise<Buffer> {
  const device = await openDevice({ board: "native", model });
  try {
    const size = inputs.length / count;
    const outputs: Uint8Array[] = [];
    for (let sample = 0; sample < count; sample++) {
      const input = inputs.subarray(sample * size, (sample + 1) * size);
      const result = await device.infer({ sample, input, mode: "exclusive" });
      outputs.push(result.outputs[0]?.data ?? new Uint8Array());
    }
    return Buffer.concat(outputs);
  } finally {
    await device.close();
  }
}

describe("int8 networks on the native build equal tflite-micro", () => {
  it.each<[string, Network]>([
    ["residual: ADD, AVERAGE_POOL_2D, SOFTMAX", residualNetwork()],
    ["mobile: DEPTHWISE_CONV_2D, MAX_POOL_2D, RELU", mobileNetwork()],
    // TFLM's reference kernel for depthwise layers pads dilated windows wrongly and takes no notice of a rectifier
    // whose grid reaches below 0, as in a concatenation; the firmware refuses both.
    ["branched: dilations, PAD, CONCATENATION, MUL", withPlainDepthwise(branchedNetwork())],
  ])("%s", { timeout: 120_000 }, async (_, network) => {
    const x = images(network, COUNT);
    const bytes = quantizeInt8(network, await calibrate(network, images(network, 40, "calibration")));
    const integers = toGrid(x.data, inputGrid(readTflite(bytes)));
    const inputs = new Uint8Array(integers.buffer, integers.byteOffset, integers.byteLength);
    const expected = await oracleInfer("tflm", bytes, inputs);
    const found = await nativeOutputs(bytes, inputs, countOf(x));
    expect(found.toString("hex")).toBe(expected.toString("hex"));
  });
});
