#!/usr/bin/env node
// Our PGD on the committed float model: one JSON line an eps, as peers.py prints for the others.
//
// usage: ours.mjs FLOAT_MODEL_FOLDER OUT_FOLDER EPS,EPS,... BATCH N
// Also writes the images and labels that peers.py reads. One thread; CPU seconds of the attack alone.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pgd } from "../../dist/attacks/index.js";
import { argmax, countOf, openStream, row, slice } from "../../dist/core/index.js";
import { batchOf, loadCifar10, writeNpy } from "../../dist/data/index.js";
import { readTfjsLayers } from "../../dist/import/index.js";
import { gradientModel, loadEngine } from "../../dist/nn/index.js";

const [folder, out, epsList, batchSize, n] = process.argv.slice(2);
const eps = epsList.split(",").map(Number);
const batch = Number(batchSize);
const params = { steps: 20, stepSize: 0.1, restarts: 1, randomStart: true };

await loadEngine({ threads: 1 });
const dataset = await loadCifar10("test", { limit: Number(n) });
const x = batchOf(dataset);
await mkdir(out, { recursive: true });
await writeNpy(path.join(out, "images.npy"), x.data, x.shape);
await writeNpy(path.join(out, "labels.npy"), dataset.labels, [dataset.count]);

const model = gradientModel(await readTfjsLayers(folder));
const attack = async (begin, end, budget) => {
  const samples = Array.from({ length: end - begin }, (_, i) => begin + i);
  const [adversarial] = await pgd.run({
    model,
    x: slice(x, begin, end),
    labels: dataset.labels.subarray(begin, end),
    samples,
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [budget],
    params,
    rng: (sample, restart = 0) => openStream(1, "pgd", sample, restart),
  });
  return adversarial;
};

await attack(0, 8, eps[0]);
for (const budget of eps) {
  let robust = 0;
  let seconds = 0;
  let furthest = 0;
  for (let begin = 0; begin < dataset.count; begin += batch) {
    const end = Math.min(begin + batch, dataset.count);
    const start = process.cpuUsage();
    const adversarial = await attack(begin, end, budget);
    const { user, system } = process.cpuUsage(start);
    seconds += (user + system) / 1e6;
    const logits = await model.logits(adversarial);
    for (let i = 0; i < countOf(logits); i++) if (argmax(row(logits, i)) === dataset.labels[begin + i]) robust++;
    const clean = slice(x, begin, end).data;
    adversarial.data.forEach((value, i) => {
      furthest = Math.max(furthest, Math.abs(value - clean[i]));
    });
  }
  const record = { peer: "mcu-eval", eps: budget, robust, n: dataset.count, max_linf: furthest };
  console.log(JSON.stringify({ ...record, cpu_s: Number(seconds.toFixed(3)) }));
}
