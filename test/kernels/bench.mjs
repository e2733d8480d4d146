#!/usr/bin/env node
// What the kernels cost: instructions on the emulated boards, time on this machine, images a second.
//
// usage: bench.mjs [--share | --update] [--only instructions|times|images]
//   --share   the instructions that every check compares with baseline.json, nothing else
//   --update  writes the instructions to baseline.json
//
// Called by `make bench-kernels ARGS=...`, which makes what it needs. Exit code 1 when instructions
// rose over baseline.json by more than 1 %, or a bar is missed.

import os from "node:os";
import { parseArgs } from "node:util";
import { BOARDS, IMAGES_A_SECOND, SHARE } from "./bench-bars.mjs";
import { imagesASecond } from "./bench-images.mjs";
import { instructions, missing, verdictOf } from "./bench-instructions.mjs";
import { netsBuilt } from "./bench-nets.mjs";
import { times } from "./bench-times.mjs";

const { values: flags } = parseArgs({
  options: { share: { type: "boolean" }, update: { type: "boolean" }, only: { type: "string" } },
});
const PARTS = ["instructions", "times", "images"];
if (flags.only !== undefined && !PARTS.includes(flags.only)) {
  throw new Error(`--only ${flags.only}, expected ${PARTS.join(", ")}`);
}
const wanted = (part) => (flags.share || flags.update ? part === "instructions" : (flags.only ?? part) === part);
const nets = netsBuilt();
let failed = false;

const WIDTHS = [26, 10, 13, 12, 14, 10, 16];
const print = (cells) =>
  console.log(
    cells
      .map((cell, i) => String(cell).padEnd(WIDTHS[i] ?? 0))
      .join(" ")
      .trimEnd(),
  );
const millions = (count) => (count === undefined ? "" : (count / 1e6).toFixed(3));
const verdict = (ok) => {
  if (!ok) failed = true;
  return ok ? "ok" : "MISS";
};

if (wanted("instructions")) await printInstructions();
if (wanted("times")) await printTimes();
if (wanted("images")) await printImages();
process.exit(failed ? 1 : 0);

async function printInstructions() {
  const all = flags.share ? SHARE : Object.keys(BOARDS);
  for (const board of all.filter(missing)) console.log(`${board}: not measured, ${missing(board)}`);
  const { rows, note } = await instructions(
    all.filter((board) => !missing(board)),
    nets,
    flags.update,
  );
  print(["M instructions", "board", "measured", "per MAC", "CMSIS-NN", "bar", "baseline"]);
  for (const row of rows) {
    const { net, board, count, before, bar } = row;
    const change = verdictOf(row, note === null);
    if (!flags.update && ["ROSE", "not stored", "REFUSED"].includes(change)) failed = true;
    const reached = bar === undefined || flags.share ? "" : verdict(count <= bar * 1e6);
    const perMac = count === undefined ? "" : (count / net.macs).toFixed(3);
    print([net.name, board, millions(count), perMac, before ?? "", bar ?? "", change, reached]);
    if (row.refused) console.log(`  ${row.refused}`);
  }
  if (note !== null) console.log(`note ${note}`);
}

async function printTimes() {
  print(["ms, one thread", "set", "measured", "LiteRT", "ours/LiteRT", "bar"]);
  for (const { net, set, ms, theirs, ratio, bar } of await times(nets)) {
    const ok = bar.ratio === undefined ? ms <= bar.ms : ratio <= bar.ratio;
    const text = bar.ratio === undefined ? `${bar.ms} ms` : bar.ratio.toFixed(1);
    print([net.name, set, ms.toFixed(4), theirs.toFixed(4), ratio.toFixed(3), text, verdict(ok)]);
  }
}

async function printImages() {
  const net = nets.find(({ name }) => name === "cifar10-resnet8-int8");
  const rate = await imagesASecond(net);
  print(["images a second", "qemu-m7", rate.toFixed(1), "", "", IMAGES_A_SECOND, verdict(rate >= IMAGES_A_SECOND)]);
  const busy = os.loadavg()[0].toFixed(1);
  console.log(`note load average ${busy} on ${os.cpus().length} cores; the figure counts only on an idle machine`);
}
