#!/usr/bin/env node
// PGD from a program: the float model of models/cifar10-resnet8, twenty pictures, three budgets, and
// what is left of the attack once its inputs are rounded to the int8 model's input grid.
import { readFile } from "node:fs/promises";
import { attackById, parseParams } from "../dist/attacks/index.js";
import { argmax, openStream, parseEps, row, snapToGrid } from "../dist/core/index.js";
import { batchOf, findModel, loadCifar10 } from "../dist/data/index.js";
import { readTfjsLayers } from "../dist/import/index.js";
import { distortionOf } from "../dist/metrics/index.js";
import { gradientModel, loadEngine } from "../dist/nn/index.js";
import { inputGrid, readTflite } from "../dist/tflite/index.js";

await loadEngine();
const { files } = await findModel("cifar10-resnet8");
const model = gradientModel(await readTfjsLayers(files.float.path));
const grid = inputGrid(readTflite(await readFile(files.int8.path)));

const count = 20;
const pictures = await loadCifar10("test", { limit: count });
const x = batchOf(pictures);
const budgets = ["0.4/255", "0.6/255", "2/255"].map((text) => parseEps(text, grid));
const pgd = attackById("pgd");
const adversarial = await pgd.run({
  model,
  x,
  labels: pictures.labels,
  samples: Array.from({ length: count }, (_, i) => i),
  goal: { kind: "untargeted" },
  norm: "linf",
  eps: budgets.map(({ value }) => value),
  params: parseParams("pgd", pgd.params, { steps: 20 }),
  rng: (sample, restart = 0) => openStream(1, "pgd", sample, restart),
});

async function correct(batch) {
  const logits = await model.logits(batch);
  return pictures.labels.filter((label, i) => argmax(row(logits, i)) === label).length;
}

console.log(`clean: ${await correct(x)} of ${count} right`);
for (const [i, { entered }] of budgets.entries()) {
  const rounded = { data: snapToGrid(adversarial[i].data, grid), shape: x.shape };
  const { linf } = distortionOf(snapToGrid(x.data, grid), rounded.data);
  const steps = Math.round(linf / grid.scale);
  console.log(
    `pgd ${entered}: ${await correct(adversarial[i])} right before rounding, ${await correct(rounded)} after; ` +
      `the largest change is ${steps} ${steps === 1 ? "step" : "steps"} of the grid`,
  );
}
