#!/usr/bin/env node
// The transfer rate of a run, counted from its records with nothing but JSON.
//   node examples/05-count-for-yourself.mjs [run folder]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

let folder = process.argv[2];
if (folder === undefined) {
  folder = join(mkdtempSync(join(tmpdir(), "mcu-eval-")), "run");
  const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
  const flags = ["run", "--board", "native", "-n", "20", "--eps", "1/255,2/255", "--out", folder];
  execFileSync(process.execPath, [program, ...flags], { stdio: "ignore" });
}

const records = readFileSync(join(folder, "samples.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const clean = new Map(records.filter(({ attack }) => attack === "none").map((record) => [record.sample, record]));
const conditions = new Map();
for (const record of records) {
  if (record.attack === "none") continue;
  const { predictions: before } = clean.get(record.sample);
  const { label, predictions: after } = record;
  // Counted: what both had right, and the attack fooled float on, before rounding.
  if (before.float !== label || before.device !== label || after.float === label) continue;
  const name = `${record.attack} ${record.eps.entered}`;
  const count = conditions.get(name) ?? { fooled: 0, of: 0 };
  conditions.set(name, { fooled: count.fooled + (after.device !== label ? 1 : 0), of: count.of + 1 });
}
for (const [name, { fooled, of }] of conditions) console.log(`${name}: transfer rate float to device ${fooled}/${of}`);
