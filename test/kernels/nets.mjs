#!/usr/bin/env node
// Builds the networks that kernels are measured on, through the project's own converter, with inputs for each.
//
// usage: nets.mjs [--inputs N]     (16 inputs each unless told). Needs `make build`.
//
// Everything is seeded and computed by tfjs's plain JavaScript, whose sums do not depend on the machine: same
// bytes everywhere. Writes build/bench/nets/: <id>-<type>.tflite, <id>-<type>.inputs.bin (whole inputs, one after
// the other, in the model's input type) and nets.json.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

process.env.MCU_EVAL_ENGINE = "cpu";
const { toGrid } = await import("../../dist/core/index.js");
const { sha256Of } = await import("../../dist/data/index.js");
const { resnet8 } = await import("../../dist/nn/index.js");
const { calibrate, inputGrid, macsOf, quantizeInt8, quantizeInt16x8, readTflite } = await import(
  "../../dist/tflite/index.js"
);
const { NETS } = await import("./net-graphs.mjs");
const { inputsFor, weightsFor } = await import("./net-weights.mjs");

const CALIBRATION = 4;
const root = path.dirname(path.dirname(import.meta.dirname));
const folder = path.join(root, "build", "bench", "nets");
const CONVERTERS = { int8: quantizeInt8, int16x8: quantizeInt16x8 };

const { values: flags } = parseArgs({ options: { inputs: { type: "string", default: "16" } } });
const count = Number(flags.inputs);
if (!Number.isInteger(count) || count < 1) throw new Error(`--inputs ${flags.inputs}, expected a whole number from 1`);

/** The quantised forms of a network by type. */
async function* built({ graph, dead, input }) {
  const calibration = inputsFor(graph, input, "calibration", CALIBRATION);
  const network = await weightsFor(graph, dead, calibration);
  const ranges = await calibrate(network, calibration);
  for (const [type, quantize] of Object.entries(CONVERTERS)) yield [type, quantize(network, ranges)];
}

/** The committed ResNet-8's files by type. */
async function* committed() {
  for (const type of Object.keys(CONVERTERS)) {
    yield [type, await readFile(path.join(root, "models", "cifar10-resnet8", `${type}.tflite`))];
  }
}

const sources = [
  { graph: resnet8(), input: "picture", files: committed },
  ...NETS.map((net) => ({ ...net, files: () => built(net) })),
];

await mkdir(folder, { recursive: true });
const index = [];
for (const { graph, input, files } of sources) {
  const x = inputsFor(graph, input, "inputs", count);
  for await (const [type, bytes] of files()) {
    const name = `${graph.id}-${type}`;
    const model = readTflite(bytes);
    const macs = model.operators.reduce((sum, operator) => sum + macsOf(model, operator), 0);
    const values = toGrid(x.data, inputGrid(model));
    const inputs = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    await writeFile(path.join(folder, `${name}.tflite`), bytes);
    await writeFile(path.join(folder, `${name}.inputs.bin`), inputs);
    index.push({
      id: graph.id,
      type,
      model: `${name}.tflite`,
      inputs: `${name}.inputs.bin`,
      count,
      macs,
      sha256: sha256Of(bytes),
      inputs_sha256: sha256Of(inputs),
    });
    console.log(`${name}: ${bytes.length} bytes, ${(macs / 1e6).toFixed(2)} MMAC, ${sha256Of(bytes)}`);
  }
}
await writeFile(path.join(folder, "nets.json"), `${JSON.stringify(index, null, 2)}\n`);
