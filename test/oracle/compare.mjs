#!/usr/bin/env node
// Holds board `native` to tflite-micro on the committed model: every output byte of the first N test images.
//
// usage: compare.mjs [N]     (default: all 10,000). Needs `make build` and `make firmware BOARD=native`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { toGrid } from "../../dist/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../../dist/data/index.js";
import { openDevice } from "../../dist/device/index.js";
import { inputGrid, readTflite } from "../../dist/tflite/index.js";

const here = import.meta.dirname;
const { files } = await findModel("cifar10-resnet8");
const tflite = readFileSync(files.int8.path);
const images = await loadCifar10("test", { limit: Number(process.argv[2] ?? 10_000) });
const integers = toGrid(batchOf(images).data, inputGrid(readTflite(tflite)));
const inputs = Buffer.from(integers.buffer, integers.byteOffset, integers.byteLength);
const rowBytes = inputs.length / images.count;

const scratch = mkdtempSync(path.join(os.tmpdir(), "mcu-eval-compare-"));
const [input, output] = [path.join(scratch, "in"), path.join(scratch, "out")];
writeFileSync(input, inputs);
const python = execFileSync(path.join(here, "setup.sh"), { encoding: "utf8" }).trim();
const said = execFileSync(python, [path.join(here, "infer.py"), files.int8.path, input, output], { encoding: "utf8" });
const expected = readFileSync(output);
rmSync(scratch, { recursive: true });

const device = await openDevice({ board: "native", model: tflite });
const classes = expected.length / images.count;
let bytes = 0;
const rows = new Set();
for (let sample = 0; sample < images.count; sample++) {
  const row = inputs.subarray(sample * rowBytes, (sample + 1) * rowBytes);
  const { outputs } = await device.infer({ sample, input: row, mode: "exclusive" });
  outputs[0].data.forEach((byte, k) => {
    if (byte === expected[sample * classes + k]) return;
    bytes++;
    rows.add(sample);
    console.log(
      `image ${sample}, class ${k}: native ${(byte << 24) >> 24}, oracle ${expected.readInt8(sample * classes + k)}`,
    );
  });
}
await device.close();
console.log(`oracle: ${said.trim()}`);
console.log(`${images.count} images, ${expected.length} output bytes: ${bytes} differ, in ${rows.size} images`);
process.exit(bytes === 0 ? 0 : 1);
