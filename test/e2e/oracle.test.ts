/** The committed model on every board, held to what the stock tflite-micro interpreter computes, byte for byte. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { toGrid } from "../../host/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../../host/data/index.js";
import { openDevice } from "../../host/device/index.js";
import { inputGrid, readTflite } from "../../host/tflite/index.js";

interface Golden {
  readonly origin: string;
  readonly model_sha256: string;
  readonly count: number;
  readonly outputs_hex: string;
}

const golden = JSON.parse(readFileSync(new URL("../vectors/cifar10-resnet8.json", import.meta.url), "utf8")) as Golden;
const classes = 10;

let tflite: Uint8Array;
let inputs: Uint8Array;
let rowBytes: number;

beforeAll(async () => {
  const { files } = await findModel("cifar10-resnet8");
  const file = files.int8;
  if (!file) throw new Error("cifar10-resnet8 has no int8 file");
  expect(file.sha256, "the golden outputs are of another model: run make model").toBe(golden.model_sha256);
  tflite = readFileSync(file.path);
  const images = await loadCifar10("test", { limit: golden.count });
  const integers = toGrid(batchOf(images).data, inputGrid(readTflite(tflite)));
  inputs = new Uint8Array(integers.buffer, integers.byteOffset, integers.byteLength);
  rowBytes = inputs.length / golden.count;
});

async function outputsOf(board: string, count: number): Promise<string> {
  const device = await openDevice({ board, model: tflite });
  try {
    const found: string[] = [];
    for (let sample = 0; sample < count; sample++) {
      const input = inputs.subarray(sample * rowBytes, (sample + 1) * rowBytes);
      const { outputs } = await device.infer({ sample, input, mode: "exclusive" });
      found.push(Buffer.from(outputs[0]?.data ?? []).toString("hex"));
    }
    return found.join("");
  } finally {
    await device.close();
  }
}

describe(`outputs equal ${golden.origin}`, () => {
  it.each([
    ["native", golden.count],
    ["qemu-m7", 20],
    ["qemu-m4", 20],
    ["qemu-m55", 20],
  ])("%s, %i images", { timeout: 120_000 }, async (board, count) => {
    expect(await outputsOf(board, count)).toBe(golden.outputs_hex.slice(0, count * classes * 2));
  });
});
