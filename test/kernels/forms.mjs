#!/usr/bin/env node
// Runs the program of test/firmware/kernels/ on a board: every form of every kernel against TFLM's reference.
//
// usage: forms.mjs BOARD PROGRAM [KERNEL|all [CASES [SEED [FIRST]]]]
//
// On an emulated board PROGRAM is the image, without the model that the board file would load; nothing is timed, so
// the emulator need not count instructions.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const [board, program, ...command] = process.argv.slice(2);
const file = path.join(import.meta.dirname, "..", "..", "boards", `${board}.yaml`);
const { kind, launch } = parse(readFileSync(file, "utf8"));

const emulated = kind === "emulated";
const args = emulated ? emulatorArgs(launch.args) : command;
const begin = Date.now();
const { status, signal, stderr, error } = spawnSync(emulated ? launch.program : program, args, {
  input: emulated ? `${command.join(" ")}\n` : "",
  stdio: ["pipe", "inherit", "pipe"],
  encoding: "utf8",
});
if (error) throw error;
for (const line of stderr.split("\n")) {
  if (line && !launch.ignore_stderr.some((part) => line.includes(part))) console.error(line);
}
console.log(`${board}: ${status === 0 ? "all held" : `FAILED (${signal ?? `exit status ${status}`})`}`);
console.error(`${board}: ${((Date.now() - begin) / 1000).toFixed(1)} s`);
process.exit(status ?? 1);

/** The board's arguments without instruction counting and without a model. */
function emulatorArgs(all) {
  const kept = [];
  for (let i = 0; i < all.length; i++) {
    if (all[i] === "-icount" || (all[i] === "-device" && all[i + 1].startsWith("loader,"))) i++;
    else kept.push(all[i].replaceAll("{firmware}", program));
  }
  return kept;
}
