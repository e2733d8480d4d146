#!/usr/bin/env node
// Whole networks on seeded inputs: every board gives the bytes that tflite-micro gives.
//
// usage: whole-nets.mjs [--inputs N] [--board ID[:N]]... [--only NET]...
//
// Takes the networks of nets.mjs, on their inputs and on seeded noise around those, and ResNet-8 on real test images;
// N inputs each (default 1000), the first N on a board `ID:N`. Two processes of a board share the inputs. Needs
// `make build data` and the boards' images.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { toGrid } from "../../dist/core/index.js";
import { batchOf, loadCifar10 } from "../../dist/data/index.js";
import { openDevice } from "../../dist/device/index.js";
import { inputGrid, readTflite } from "../../dist/tflite/index.js";

const PROCESSES = 2;
const here = import.meta.dirname;
const root = path.dirname(path.dirname(here));
const nets = path.join(root, "build", "bench", "nets");
const { values: flags } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000" },
    board: { type: "string", multiple: true, default: ["native", "qemu-m7", "qemu-m4", "qemu-m55"] },
    only: { type: "string", multiple: true },
  },
});
const most = wholeNumber(flags.inputs, "--inputs");

execFileSync(process.execPath, [path.join(here, "nets.mjs")], { stdio: "ignore" });
const python = execFileSync(path.join(root, "test", "oracle", "setup.sh"), { encoding: "utf8" }).trim();
const scratch = mkdtempSync(path.join(os.tmpdir(), "mcu-eval-nets-"));
let failed = false;
let compared = 0;
for (const { id, type, model: file, inputs: inputFile, count: kept } of JSON.parse(
  readFileSync(path.join(nets, "nets.json")),
)) {
  if (flags.only && !flags.only.includes(id)) continue;
  const model = readFileSync(path.join(nets, file));
  const inputs =
    id === "cifar10-resnet8" ? await testImages(model) : around(readFileSync(path.join(nets, inputFile)), kept, type);
  const expected = oracle(path.join(nets, file), inputs);
  compared++;
  for (const choice of flags.board) {
    const [board, share] = choice.split(":");
    const count = Math.min(most, share === undefined ? most : wholeNumber(share, `--board ${board}:`));
    const begin = Date.now();
    const parts = Array.from({ length: PROCESSES }, (_, part) =>
      differing(board, model, inputs, expected, count, part),
    );
    const rows = await Promise.all(parts).then(
      (found) => found.flat().sort((a, b) => a - b),
      (error) => error,
    );
    const equal = Array.isArray(rows) && rows.length === 0;
    failed ||= !equal;
    const fault = rows instanceof Error ? rows.message : `${rows.length} of them, the first ${rows[0]}`;
    const verdict = equal ? "every byte equal" : `FAILED: ${fault}`;
    console.log(`${board} ${id} ${type}: ${count} inputs, ${verdict}`);
    console.error(`  ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  }
}
rmSync(scratch, { recursive: true });
if (compared === 0) throw new Error(`--only ${flags.only}: no such network`);
process.exit(failed ? 1 : 0);

/** A count that would compare nothing is a mistake, not a pass. */
function wholeNumber(text, of) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${of} ${text}, expected a whole number of at least 1`);
  return value;
}

async function testImages(model) {
  const images = await loadCifar10("test", { limit: most });
  const integers = toGrid(batchOf(images).data, inputGrid(readTflite(model)));
  return Buffer.from(integers.buffer, integers.byteOffset, integers.byteLength);
}

/** The kept inputs, then as many more as are wanted: each a kept one and noise of up to an eighth of the grid. */
function around(inputs, kept, type) {
  const Grid = type === "int8" ? Int8Array : Int16Array;
  const base = new Grid(inputs.buffer, inputs.byteOffset, inputs.length / Grid.BYTES_PER_ELEMENT);
  const size = base.length / kept;
  const [low, high] = type === "int8" ? [-128, 127] : [-32768, 32767];
  const made = new Grid(size * most);
  let state = 1;
  for (let i = 0; i < made.length; i++) {
    const value = base[i % base.length];
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noise = i < base.length ? 0 : Math.round((state / 2 ** 32 - 0.5) * (high / 4));
    made[i] = Math.max(low, Math.min(high, value + noise));
  }
  return Buffer.from(made.buffer);
}

/** tflite-micro's outputs, one behind the other. */
function oracle(model, inputs) {
  const [input, output] = [path.join(scratch, "in"), path.join(scratch, "out")];
  writeFileSync(input, inputs);
  execFileSync(python, [path.join(root, "test", "oracle", "infer.py"), model, input, output], { stdio: "ignore" });
  return readFileSync(output);
}

/** Numbers of the inputs, every PROCESSES-th from `part`, whose outputs differ. */
async function differing(board, model, inputs, expected, count, part) {
  const device = await openDevice({ board, model });
  const [inBytes, outBytes] = [inputs.length / most, expected.length / most];
  const rows = [];
  try {
    for (let sample = part; sample < count; sample += PROCESSES) {
      const input = inputs.subarray(sample * inBytes, (sample + 1) * inBytes);
      const { outputs } = await device.infer({ sample, input, mode: "overlapped" });
      const want = expected.subarray(sample * outBytes, (sample + 1) * outBytes);
      if (Buffer.compare(Buffer.from(outputs[0].data), want) !== 0) rows.push(sample);
    }
  } finally {
    await device.close();
  }
  return rows;
}
