#!/usr/bin/env node
// Runs our attacks and judges everybody's: one job a line on stdin, one answer a line on stdout, both JSON.
//
// `data` writes the images, labels and random targets that the peers read; `run` runs an attack of ours on
// the float model; `judge` says for any adversarial batch which images are fooled, and how far away they are.

import { createInterface } from "node:readline";
import { parseParams } from "../../dist/attacks/params.js";
import { floatOracle } from "../../dist/attacks/parts/float-oracle.js";
import { argmax, countOf, openStream, row, slice } from "../../dist/core/index.js";
import { batchOf, loadCifar10, readNpy, writeNpy } from "../../dist/data/index.js";
import { readTfjsLayers } from "../../dist/import/index.js";
import { normOf } from "../../dist/metrics/index.js";
import { gradientModel, loadEngine } from "../../dist/nn/index.js";

const SEED = 1;
/** What float32 rounding may add to a norm that was projected onto its ball. */
const SLACK = 1e-6;

await loadEngine({ threads: 1 });
const models = new Map();

async function modelOf(folder) {
  if (!models.has(folder)) models.set(folder, gradientModel(await readTfjsLayers(folder)));
  return models.get(folder);
}

/** An attack's own file, so that it can be measured before the registry knows it. */
async function attackOf(id) {
  const module = await import(`../../dist/attacks/${id}.js`).catch((cause) => {
    throw new Error(`there is no attack ${id}: ${cause.message}`, { cause });
  });
  return Object.values(module).find((value) => value?.id === id);
}

function cpuSeconds(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** The same model, with the CPU time of its passes added up. */
function timed(model) {
  const spent = { seconds: 0 };
  const during = async (work) => {
    const start = process.cpuUsage();
    const result = await work();
    spent.seconds += cpuSeconds(start);
    return result;
  };
  const wrapped = {
    ...model,
    logits: (x) => during(() => model.logits(x)),
    async open(x) {
      const pass = await during(() => model.open(x));
      return {
        logits: pass.logits,
        backward: (dLogits) => during(() => pass.backward(dLogits)),
        close: () => pass.close(),
      };
    },
  };
  return { model: wrapped, spent };
}

async function data({ n, images, labels, targets }) {
  const dataset = await loadCifar10("test", { limit: n });
  const x = batchOf(dataset);
  await writeNpy(images, x.data, x.shape);
  await writeNpy(labels, dataset.labels, [n]);
  const other = (label, i) => (label + 1 + openStream(SEED, "bench target", i).int(9)) % 10;
  await writeNpy(targets, Int32Array.from(dataset.labels, other), [n]);
  return {};
}

async function inputs({ images, labels, targets }) {
  const [x, y, t] = await Promise.all([images, labels, targets].map(readNpy));
  return { x: { data: x.data, shape: x.shape }, labels: y.data, targets: t.data };
}

async function run(job) {
  const { x, labels, targets } = await inputs(job);
  const inner = await modelOf(job.model);
  const attack = await attackOf(job.attack);
  const params = parseParams(job.attack, attack.params, job.settings);
  const perform = (net, begin, end) => {
    const chunk = { labels: labels.slice(begin, end), targets: targets.slice(begin, end) };
    return attack.run({
      model: net,
      x: slice(x, begin, end),
      labels: chunk.labels,
      samples: Array.from({ length: end - begin }, (_, i) => begin + i),
      goal: job.goal === "targeted" ? { kind: "targeted", targets: chunk.targets } : { kind: "untargeted" },
      norm: job.norm,
      ...(attack.family === "budget" && { eps: [job.eps] }),
      params,
      rng: (sample, restart = 0) => openStream(job.seed, job.attack, sample, restart),
    });
  };
  const asked = (net) => {
    if (attack.needs === "gradient") return net;
    return floatOracle(net, { gives: attack.needs, budget: job.queryBudget ?? Number.POSITIVE_INFINITY });
  };
  for (let i = 0; i < job.warmup; i++) await perform(asked(inner), 0, Math.min(8, labels.length));

  const { model, spent } = timed(inner);
  const found = new Float32Array(x.data.length);
  const before = { ...inner.passes };
  let seconds = 0;
  for (let begin = 0; begin < labels.length; begin += job.batch) {
    const end = Math.min(begin + job.batch, labels.length);
    const net = asked(model);
    const start = process.cpuUsage();
    const [adversarial] = await perform(net, begin, end);
    seconds += cpuSeconds(start);
    found.set(adversarial.data, (begin * x.data.length) / labels.length);
  }
  await writeNpy(job.out, found, x.shape);
  const passes = {
    forward: inner.passes.forward - before.forward,
    backward: inner.passes.backward - before.backward,
  };
  return { ...passes, cpuS: seconds, insideS: spent.seconds, params };
}

async function judge(job) {
  const { x, labels, targets } = await inputs(job);
  const model = await modelOf(job.model);
  const found = await readNpy(job.out);
  const adversarial = { data: found.data, shape: found.shape };
  const clean = await model.logits(x);
  // The engine need not bear NaN; such rows are refused below whatever it says of them.
  const logits = await model.logits({
    data: adversarial.data.map((v) => (Number.isFinite(v) ? v : 0)),
    shape: x.shape,
  });
  const samples = [];
  for (let i = 0; i < countOf(x); i++) {
    if (argmax(row(clean, i)) !== labels[i]) continue;
    const changed = row(adversarial, i);
    const norm = normOf(job.norm, row(x, i), changed);
    const [low, high] = model.bounds;
    const inside = changed.every((value) => value >= low && value <= high) && !(norm > (job.eps ?? Infinity) + SLACK);
    const predicted = argmax(row(logits, i));
    const fooled = job.goal === "targeted" ? predicted === targets[i] : predicted !== labels[i];
    samples.push({ i, fooled: inside && fooled, norm, refused: !inside });
  }
  return { samples };
}

const ACTIONS = { data, run, judge };
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  let answer;
  try {
    answer = await ACTIONS[job.action](job);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
