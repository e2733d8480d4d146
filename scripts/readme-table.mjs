#!/usr/bin/env node
// Writes README's measured table from a finished run, so that no figure of it is typed by hand.
//
// usage: scripts/readme-table.mjs RUN_FOLDER

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readManifest, readModelFolder, readSamples, writeAtomic } from "../dist/data/index.js";
import { summarizeRun } from "../dist/metrics/index.js";
import { loadRun, summarySentence } from "../dist/report/index.js";

const folder = process.argv[2];
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const readme = path.join(root, "README.md");

const manifest = await readManifest(folder);
const summary = summarizeRun(await readSamples(folder));
const { description } = await readModelFolder(path.join(root, "models", manifest.settings.model));

const percent = ({ numerator, denominator }) => `${((100 * numerator) / denominator).toFixed(1)} %`;
const withCounts = (rate) => `${percent(rate)} (${rate.numerator}/${rate.denominator})`;
const nameOf = ({ attack, eps }) => (attack === "none" ? "clean" : `${attack}, ${eps.entered}`);
const rows = summary.map((condition) => {
  const by = Object.fromEntries(condition.engines.map((rates) => [rates.engine, rates]));
  const cells = ["float", "grid", "native", "device"].map((engine) => percent(by[engine].accuracy));
  const transfer = by.device.transfer;
  return `| ${nameOf(condition)} | ${cells.join(" | ")} | ${transfer ? withCounts(transfer) : ""} |`;
});
const compared = summary.reduce((sum, { compared }) => sum + compared, 0);
const mismatches = summary.reduce((sum, { mismatches }) => sum + mismatches, 0);
const accuracies = description.accuracy.map(({ file, top1 }) => `${file} ${(100 * top1).toFixed(2)} %`).join(", ");

const text = [
  `ResNet-8 on CIFAR-10 (all ${description.accuracy[0].n.toLocaleString("en")} test images: ${accuracies}), \`make run\`: the first ${manifest.settings.n} test images, board \`${manifest.settings.board}\`, accuracy by engine:`,
  "",
  "| inputs | float | grid control | native | device | transfer, float to device |",
  "|---|---|---|---|---|---|",
  ...rows,
  "",
  `${summarySentence(await loadRun(folder))} Native and device differed in ${mismatches} of ${compared} outputs. 0.4/255 vanishes on the model's input grid of 1/255; 0.6/255 grows to a whole step.`,
].join("\n");

const before = await readFile(readme, "utf8");
const after = before.replace(
  /<!-- measured:begin -->[\s\S]*<!-- measured:end -->/,
  () => `<!-- measured:begin -->\n${text}\n<!-- measured:end -->`,
);
await writeAtomic(readme, after);
console.log(text);
