#!/usr/bin/env node
// `make bench`: PGD by us and by the field's libraries, same weights, images, settings and one thread each.
//
// Needs a Python environment with PyTorch (5.6 GB), made once in the cache folder outside the repository.
// Environment: BENCH_N (images, default 1000), BENCH_BATCH (default 100), BENCH_EPS.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = process.env.MCU_EVAL_CACHE || path.join(os.homedir(), ".cache", "mcu-eval");
const model = path.join(here, "..", "..", "models", "cifar10-resnet8", "float");
const data = path.join(here, "..", "..", "build", "bench");
const n = process.env.BENCH_N ?? "1000";
const batch = process.env.BENCH_BATCH ?? "100";
const eps = process.env.BENCH_EPS ?? "0.001,0.002,0.004";

function run(command, args, options = {}) {
  const env = { ...process.env, OMP_NUM_THREADS: "1", TF_CPP_MIN_LOG_LEVEL: "2" };
  const result = spawnSync(command, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "inherit"], ...options });
  if (result.status !== 0) {
    console.error(`bench: ${command} ${args[0]} failed${result.error ? `: ${result.error.message}` : ""}`);
    process.exit(1);
  }
  return result.stdout;
}

/** The Python of the peers' environment, made when its requirements changed. */
function peersPython() {
  const venv = path.join(cache, "peers-venv");
  const requirements = path.join(here, "requirements.txt");
  const stamp = path.join(venv, "requirements.txt");
  const wanted = readFileSync(requirements, "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    console.log("bench: installing PyTorch, Foolbox, ART and torchattacks with pip (5.6 GB, once)");
    mkdirSync(cache, { recursive: true });
    run("python3", ["-m", "venv", venv]);
    run(path.join(venv, "bin", "pip"), ["install", "--quiet", "-r", requirements]);
    writeFileSync(stamp, wanted);
  }
  return path.join(venv, "bin", "python");
}

const lines = (text) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const python = peersPython();
const ours = lines(run(process.execPath, [path.join(here, "ours.mjs"), model, data, eps, batch, n]));
const files = [path.join(data, "images.npy"), path.join(data, "labels.npy")];
const peers = lines(run(python, [path.join(here, "peers.py"), model, ...files, eps, batch]));

console.log(`\nPGD-20, Linf, step eps/10, one random start; ${n} images, batch ${batch}, one thread\n`);
console.log("library            eps     robust    CPU s / 1,000 images   ours / theirs");
for (const row of [...ours, ...peers]) {
  const mine = ours.find((other) => other.eps === row.eps);
  const name = row.version ? `${row.peer} ${row.version}` : row.peer;
  const perThousand = (row.cpu_s / row.n) * 1000;
  const cells = [name.padEnd(18), String(row.eps).padEnd(7), `${row.robust}/${row.n}`.padEnd(9)];
  console.log(...cells, perThousand.toFixed(2).padEnd(22), (mine.cpu_s / row.cpu_s).toFixed(2));
}
