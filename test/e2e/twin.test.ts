/** The differentiable twin held to the native build, on the tensor before the softmax. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { argmax, type Batch, countOf, row, rowSize, toGrid } from "../../host/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../../host/data/index.js";
import { openDevice } from "../../host/device/index.js";
import { gradientModel } from "../../host/nn/index.js";
import { calibrate, inputGrid, logitsTensor, quantizeInt8, readTflite, twinOf } from "../../host/tflite/index.js";
import { images, mobileNetwork, residualNetwork } from "../host/tflite/networks.js";
import { oracleInfer, oraclePython } from "../oracle/oracle.js";

/** The integers of the logits tensor on the native build. */
async function nativeLogits(bytes: Uint8Array, x: Batch): Promise<Int8Array[]> {
  const model = readTflite(bytes);
  const integers = toGrid(x.data, inputGrid(model));
  const index = logitsTensor(model);
  const device = await openDevice({ board: "native", model: bytes });
  try {
    const found: Int8Array[] = [];
    for (let sample = 0; sample < countOf(x); sample++) {
      const input = new Uint8Array(integers.buffer, sample * rowSize(x), rowSize(x));
      const { outputs } = await device.infer({ sample, input, mode: "exclusive", reportTensors: [index] });
      found.push(new Int8Array(outputs.find((output) => output.index === index)?.data ?? []));
    }
    return found;
  } finally {
    await device.close();
  }
}

/** The integers of the output on the stock tflite-micro interpreter, of a model that ends in its logits. */
async function oracleLogits(bytes: Uint8Array, x: Batch): Promise<Int8Array[]> {
  const integers = toGrid(x.data, inputGrid(readTflite(bytes)));
  const outputs = new Int8Array(await oracleInfer("tflm", bytes, new Uint8Array(integers.buffer)));
  const size = outputs.length / countOf(x);
  return Array.from({ length: countOf(x) }, (_, i) => outputs.subarray(i * size, (i + 1) * size));
}

/** Samples with the same prediction, with the very same logits, and the furthest logit in steps. */
async function compare(
  bytes: Uint8Array,
  x: Batch,
  ask: typeof nativeLogits,
): Promise<{ agree: number; equal: number; furthest: number }> {
  const model = readTflite(bytes);
  const { scale, zeroPoint } = model.tensors[logitsTensor(model)]?.quantization ?? { scale: [1], zeroPoint: [0] };
  const logits = await gradientModel(twinOf(model)).logits(x);
  const result = { agree: 0, equal: 0, furthest: 0 };
  for (const [i, native] of (await ask(bytes, x)).entries()) {
    const steps = Array.from(
      row(logits, i),
      (value) => Math.round(value / (scale[0] as number)) + (zeroPoint[0] as number),
    );
    const gaps = steps.map((step, k) => Math.abs(step - (native[k] as number)));
    result.agree += Number(argmax(steps) === argmax(native));
    result.equal += Number(gaps.every((gap) => gap === 0));
    result.furthest = Math.max(result.furthest, ...gaps);
  }
  return result;
}

it("ResNet-8: equal predictions, and nearly always equal logits", { timeout: 120_000 }, async () => {
  const file = (await findModel("cifar10-resnet8")).files.int8;
  const count = 50;
  const found = await compare(
    readFileSync(file?.path ?? ""),
    batchOf(await loadCifar10("test", { limit: count })),
    nativeLogits,
  );
  // Measured on 1,000: 1,000 predictions and 966 images' logits equal, no logit further than 3 steps.
  expect(found.agree).toBe(count);
  expect(found.equal).toBeGreaterThanOrEqual(0.9 * count);
  expect(found.furthest).toBeLessThanOrEqual(3);
});

it("a small residual network: equal logits", async () => {
  const network = residualNetwork();
  const bytes = quantizeInt8(network, await calibrate(network, images(network, 40, "calibration")));
  const count = 50;
  expect(await compare(bytes, images(network, count), nativeLogits)).toMatchObject({ agree: count, equal: count });
});

// TFLM here has no RELU of a converter's version, so the stock interpreter speaks for the device.
it("a network of depthwise convolutions and maxima: nearly always equal logits", { timeout: 120_000 }, async () => {
  await oraclePython();
  const network = mobileNetwork();
  const bytes = quantizeInt8(network, await calibrate(network, images(network, 40, "calibration")));
  const count = 50;
  const found = await compare(bytes, images(network, count), oracleLogits);
  expect(found.equal).toBeGreaterThanOrEqual(0.9 * count);
  expect(found.furthest).toBeLessThanOrEqual(1);
});
