/** The committed int16x8 file, by the outputs that tflite-micro gives for it. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { argmax, fromGrid, row } from "../../../host/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../../../host/data/index.js";
import { readTfjsLayers } from "../../../host/import/index.js";
import { forwardAll } from "../../../host/nn/index.js";
import { inputGrid, outputGrid, readTflite } from "../../../host/tflite/index.js";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8"));

/** How far a golden file's probabilities lie from the float network's, and how often the classes agree. */
async function distance(role: "int8" | "int16x8", vectors: string): Promise<{ mean: number; agreeing: number }> {
  const golden = read(vectors);
  const { files } = await findModel("cifar10-resnet8");
  const file = files[role];
  if (!file || !files.float) throw new Error(`cifar10-resnet8 has no ${role} or float file`);
  expect(file.sha256, "the golden outputs are of another model: run make model").toBe(golden.model_sha256);

  const bytes = Uint8Array.from(Buffer.from(golden.outputs_hex, "hex"));
  const integers = role === "int8" ? new Int8Array(bytes.buffer) : new Int16Array(bytes.buffer);
  const found = fromGrid(integers, outputGrid(readTflite(readFileSync(file.path))));
  const network = await readTfjsLayers(files.float.path);
  const x = batchOf(await loadCifar10("test", { limit: golden.count }));
  const float = (await forwardAll(network, x, [network.graph.output])).get(network.graph.output);
  if (!float) throw new Error("no output");
  let sum = 0;
  let agreeing = 0;
  for (let i = 0; i < golden.count; i++) {
    const [wanted, own] = [row(float, i), found.subarray(i * 10, (i + 1) * 10)];
    sum += wanted.reduce((gap, value, k) => gap + Math.abs(value - (own[k] as number)), 0) / 10;
    if (argmax(wanted) === argmax(own)) agreeing++;
  }
  return { mean: sum / golden.count, agreeing };
}

describe("cifar10-resnet8 in int16x8", () => {
  it("takes pixels as symmetric int16", async () => {
    const { files } = await findModel("cifar10-resnet8");
    const model = readTflite(readFileSync(files.int16x8?.path ?? ""));
    expect(inputGrid(model)).toEqual({ type: "int16", scale: Math.fround(1 / 32767), zeroPoint: 0 });
    expect(outputGrid(model)).toEqual({ type: "int16", scale: 2 ** -15, zeroPoint: 0 });
  });

  it("lies nearer the float network than int8 does", async () => {
    const wide = await distance("int16x8", "cifar10-resnet8-int16x8");
    const narrow = await distance("int8", "cifar10-resnet8");
    expect(wide.agreeing).toBeGreaterThanOrEqual(198);
    expect(wide.mean).toBeLessThan(narrow.mean / 2);
  });
});
