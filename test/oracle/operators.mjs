#!/usr/bin/env node
// Holds boards to tflite-micro on drawn models of one operator and small chains: every byte of every output.
//
// usage: operators.mjs [--count N] [--seed S] [--board ID[:N]]... [--only NAME[,NAME]] [--first I] [--keep FOLDER]
//
// N models for each operator and type (default 20), on board native unless told; `ID:M` runs the first M of them
// there. A model that a board refuses fails too: what is drawn is legal. Needs `make build` and the boards' images.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openDevice } from "../../dist/device/index.js";

const here = import.meta.dirname;
const { values: flags } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    board: { type: "string", multiple: true, default: ["native"] },
    only: { type: "string" },
    first: { type: "string", default: "0" },
    keep: { type: "string" },
  },
});

const folder = flags.keep ?? mkdtempSync(path.join(os.tmpdir(), "mcu-eval-operators-"));
const python = execFileSync(path.join(here, "setup.sh"), { encoding: "utf8" }).trim();
const drawArgs = [path.join(here, "operators", "draw.py"), folder];
for (const name of ["count", "seed", "first", "only"]) if (flags[name]) drawArgs.push(`--${name}`, flags[name]);
console.log(`oracle: ${execFileSync(python, drawArgs, { encoding: "utf8" }).trim()}`);
const index = JSON.parse(readFileSync(path.join(folder, "index.json"), "utf8"));

let failed = false;
for (const choice of flags.board) {
  const [board, most] = choice.split(":");
  const last = Number(flags.first) + Number(most ?? flags.count);
  const begin = Date.now();
  const tally = {};
  for (const model of index) {
    const [operator, type, number] = model.name.split("-");
    if (Number(number) >= last) continue;
    const difference = await differenceOf(board, model);
    tally[`${operator} ${type}`] ??= { models: 0, wrong: 0 };
    const count = tally[`${operator} ${type}`];
    count.models++;
    if (difference === null) continue;
    count.wrong++;
    if (count.wrong <= 3) console.log(`${board} ${model.name}: ${difference}\n  ${model.words}`);
  }
  for (const [name, { models, wrong }] of Object.entries(tally)) {
    console.log(`${board} ${name}: ${models} models, ${wrong === 0 ? "every byte equal" : `${wrong} FAILED`}`);
    failed ||= wrong > 0;
  }
  console.error(`${board}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
}
if (!flags.keep) rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);

/** What a board's outputs for a model have other than the oracle's, in words; null: nothing. */
async function differenceOf(board, { name, count }) {
  const file = (ending) => readFileSync(path.join(folder, `${name}.${ending}`));
  const [model, inputs, outputs] = [file("tflite"), file("in"), file("out")];
  const device = await openDevice({ board, model }).catch((error) => error);
  if (device instanceof Error) return `refused: ${device.message}`;
  try {
    const inBytes = inputs.length / count;
    const outBytes = outputs.length / count;
    for (let sample = 0; sample < count; sample++) {
      const input = inputs.subarray(sample * inBytes, (sample + 1) * inBytes);
      const result = await device.infer({ sample, input, mode: "exclusive" });
      const got = result.outputs[0].data;
      const want = outputs.subarray(sample * outBytes, (sample + 1) * outBytes);
      const at = got.findIndex((byte, i) => byte !== want[i]);
      if (got.length !== want.length) return `${got.length} output bytes, oracle ${want.length}`;
      if (at >= 0) return `input ${sample}, byte ${at} of ${want.length}: ${got[at]}, oracle ${want[at]}`;
    }
    return null;
  } catch (error) {
    return `failed: ${error.message}`;
  } finally {
    await device.close();
  }
}
