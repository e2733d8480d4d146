#!/usr/bin/env node
// Makes a training checkpoint the committed models/cifar10-resnet8, with everything that depends on it:
// float weights, int8.tflite, int16x8.tflite, accuracies on all 10,000 test images, hashes, and the golden outputs.
//
// usage: make model [CHECKPOINT=file]     (default: the recipe's checkpoint in the cache)
//        scripts/adopt-model.mjs CHECKPOINT [RECIPE]
// Needs `make build` and `make firmware BOARD=native`.

import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { argmax, countOf, row, toGrid } from "../dist/core/index.js";
import { batchOf, loadCifar10, sha256OfFile, writeAtomic } from "../dist/data/index.js";
import { openDevice } from "../dist/device/index.js";
import { writeTfjsLayers } from "../dist/import/index.js";
import { foldBatchNorm, gradientModel, resnet8 } from "../dist/nn/index.js";
import { calibrate, inputGrid, outputGrid, quantizeInt8, quantizeInt16x8, readTflite } from "../dist/tflite/index.js";
import { cifar10Resnet8, cifar10Resnet8Quick, loadTrained } from "../dist/train/index.js";

const ID = "cifar10-resnet8";
const CALIBRATION = 1000;
const GOLDEN = 200;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, "models", ID);

const [checkpoint, recipeId = cifar10Resnet8.id] = process.argv.slice(2);
const recipe = [cifar10Resnet8, cifar10Resnet8Quick].find(({ id }) => id === recipeId);
if (!checkpoint || !recipe) {
  console.error("usage: scripts/adopt-model.mjs CHECKPOINT [cifar10-resnet8 | cifar10-resnet8-quick]");
  process.exit(2);
}

const trained = await loadTrained(checkpoint, resnet8());
if (trained.epochs.length !== recipe.epochs) {
  console.error(
    `adopt-model: ${checkpoint} holds ${trained.epochs.length} epochs, recipe ${recipe.id} has ${recipe.epochs}`,
  );
  process.exit(4);
}
const network = foldBatchNorm(trained);
const train = await loadCifar10("train");
const test = await loadCifar10("test");

await writeTfjsLayers(network, path.join(folder, "float"));
const calibration = batchOf(train, 0, CALIBRATION);
const ranges = await calibrate(network, calibration);
const int8 = await adopt("int8", quantizeInt8(network, ranges));
const int16x8 = await adopt("int16x8", quantizeInt16x8(network, ranges));

/** Writes a quantised file, and keeps what it takes and gives. */
async function adopt(type, tflite) {
  const file = path.join(folder, `${type}.tflite`);
  await writeAtomic(file, tflite);
  const model = readTflite(tflite);
  return { type, tflite, file, grid: inputGrid(model), output: outputGrid(model) };
}

/** The raw input bytes of test images. */
function inputsOf({ grid }, images) {
  const values = toGrid(images.data, grid);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

async function floatRight() {
  const float = gradientModel(network);
  let right = 0;
  for (let begin = 0; begin < test.count; begin += 100) {
    const logits = await float.logits(batchOf(test, begin, begin + 100));
    for (let i = 0; i < 100; i++) if (argmax(row(logits, i)) === test.labels[begin + i]) right++;
  }
  return right;
}

async function int8Right() {
  const device = await openDevice({ board: "native", model: int8.tflite });
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    const input = inputsOf(int8, batchOf(test, i, i + 1));
    const { outputs } = await device.infer({ sample: i, input, mode: "exclusive" });
    if (argmax(new Int8Array(outputs[0].data)) === test.labels[i]) right++;
  }
  await device.close();
  return right;
}

/** Asks the stock tflite-micro interpreter, which takes about 30 ms an image for 16 bits. */
async function int16x8Right() {
  const { outputs } = await askOracle(int16x8, batchOf(test));
  const scores = new Int16Array(outputs.buffer, outputs.byteOffset, outputs.length / 2);
  const classes = scores.length / test.count;
  return test.labels.reduce((sum, label, i) => {
    return sum + Number(argmax(scores.subarray(i * classes, (i + 1) * classes)) === label);
  }, 0);
}

/** What tflite-micro gives for images, and its version. */
async function askOracle(form, images) {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "mcu-eval-golden-"));
  const [input, output] = [path.join(scratch, "in"), path.join(scratch, "out")];
  await writeFile(input, inputsOf(form, images));
  const setup = spawnSync(path.join(root, "test", "oracle", "setup.sh"), { encoding: "utf8" });
  const infer = path.join(root, "test", "oracle", "infer.py");
  const oracle = spawnSync(setup.stdout.trim(), [infer, form.file, input, output, "--engine", "tflm"], {
    encoding: "utf8",
  });
  if (oracle.status !== 0) throw new Error(`the oracle failed: ${setup.stderr}${oracle.stderr}`);
  // A copy: small files are read into a shared memory at any offset.
  const outputs = new Uint8Array(await readFile(output));
  await rm(scratch, { recursive: true });
  return { version: JSON.parse(oracle.stdout).version, outputs };
}

/** The first outputs as the stock tflite-micro interpreter computes them: what the firmware is held to. */
async function writeGolden(form, name) {
  const images = batchOf(test, 0, GOLDEN);
  const { version, outputs } = await askOracle(form, images);
  const golden = {
    origin: `tflite-micro ${version}, test/oracle/infer.py`,
    model_sha256: await sha256OfFile(form.file),
    dataset: "cifar10:test",
    count: countOf(images),
    outputs_hex: Buffer.from(outputs).toString("hex"),
  };
  await writeAtomic(path.join(root, "test", "vectors", `${name}.json`), `${JSON.stringify(golden, null, 2)}\n`);
}

const gridEntry = ({ type, scale, zeroPoint }) => ({ type, scale, zero_point: zeroPoint });
const quantisationOf = ({ grid, output }, biases, activations) => ({
  method: "post-training, minimum and maximum of each activation",
  calibration: { dataset: "cifar10", split: "train", first: 0, n: CALIBRATION },
  weights: `int8, convolutions per channel, dense per tensor, symmetric; biases ${biases}`,
  activations: `${grid.type}, per tensor, ${activations}`,
  input: gridEntry(grid),
  output: gridEntry(output),
});
const fileEntry = async (name) => ({ path: name, sha256: await sha256OfFile(path.join(folder, name)) });
const accuracyOf = (engine, file, correct) => ({
  engine,
  file,
  dataset: "cifar10",
  split: "test",
  n: test.count,
  correct,
  top1: correct / test.count,
  sha256: test.sha256,
});

const accuracy = [
  accuracyOf("tfjs-node", "float", await floatRight()),
  accuracyOf("native", "int8", await int8Right()),
  accuracyOf("tflite-micro", "int16x8", await int16x8Right()),
];
const description = {
  schema: 1,
  id: ID,
  name: "ResNet-8 for CIFAR-10",
  task: { kind: "image-classification", classes: 10, labels: test.classNames },
  input: { shape: [32, 32, 3], layout: "HWC", range: [0, 1], channel_order: "RGB", mean: null, std: null },
  files: {
    float: await fileEntry("float/model.json"),
    float_weights: await fileEntry("float/weights.bin"),
    int8: await fileEntry("int8.tflite"),
    int16x8: await fileEntry("int16x8.tflite"),
  },
  quantisation: {
    int8: quantisationOf(int8, "int32", "asymmetric"),
    int16x8: quantisationOf(int16x8, "int64", "symmetric"),
  },
  accuracy,
  recipe,
  seed: recipe.seed,
  training_data: { dataset: "cifar10", split: "train", n: train.count, sha256: train.sha256 },
  licence: "Apache-2.0",
  source: "trained by this project: mcu-eval train, make model",
  citation:
    "Network: Banbury et al. 2021, arXiv 2106.07597. Data: Krizhevsky 2009, Learning multiple layers of features from tiny images.",
};
const notice = "# Written by scripts/adopt-model.mjs; `make model` writes it anew.\n";
await writeAtomic(path.join(folder, "model.yaml"), notice + stringify(description));
await writeGolden(int8, ID);
await writeGolden(int16x8, `${ID}-int16x8`);
for (const { engine, file, top1 } of accuracy) console.log(`${file} on ${engine}: ${(top1 * 100).toFixed(2)} %`);
