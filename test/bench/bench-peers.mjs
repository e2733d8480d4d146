#!/usr/bin/env node
// `make bench-peers`: our attacks beside the field's libraries, same weights, images, settings, one thread each.
//
// usage: bench-peers.mjs [--only WORD,...] [-n N] [--ours-only] [--fresh] [--set name=value]... [--list]
// Environment: BENCH_N (images of every case). What was measured stays in build/bench: a second call goes on.
// Exit code 1 when a bar is missed. README.md here explains the columns.

import { spawnSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    n: { type: "string", short: "n", default: process.env.BENCH_N },
    "ours-only": { type: "boolean", default: false },
    fresh: { type: "boolean", default: false },
    set: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
  },
});

/** Compiles the host where a source is newer than what was built from it. */
function compile() {
  const newest = (folder, ending) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .filter((name) => String(name).endsWith(ending) && !String(name).includes("generated"))
      .reduce((time, name) => Math.max(time, statSync(path.join(root, folder, String(name))).mtimeMs), 0);
  if (newest("host", ".ts") <= newest("dist", ".js")) return;
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) console.error("bench: the types do not check; what was compiled is measured all the same");
}

compile();
const { chosenCases } = await import("./cases.mjs");
const { bench } = await import("./measure.mjs");
const { FOLDER } = await import("./store.mjs");
const { block } = await import("./table.mjs");
const { verdict } = await import("./verdict.mjs");

const chosen = chosenCases(values.only.split(",").filter(Boolean));
if (chosen.length === 0) throw new Error(`no case is called ${values.only}; --list names them all`);
if (values.list) {
  for (const { name, attack, norm, n, peers } of chosen) console.log([name, attack, norm, n, ...peers].join("\t"));
  process.exit(0);
}

const given = Object.fromEntries(
  values.set.map((text) => {
    const [name, value] = text.split("=");
    return [name, value === "true" ? true : value === "false" ? false : Number.isNaN(+value) ? value : +value];
  }),
);
const session = new Date().toISOString();
const run = bench(session);
const cases = [];
let missed = 0;
for (const entry of chosen) {
  const n = Number(values.n ?? entry.n);
  const sized = { ...entry, n, batch: Math.min(entry.batch, n), ours: { ...entry.settings, ...entry.ours, ...given } };
  const measured = await run.measure(sized, { fresh: values.fresh, sides: values["ours-only"] ? "ours" : "both" });
  const result = verdict(sized, measured);
  missed += result.bars.filter(({ ok }) => !ok).length;
  cases.push({ ...sized, ...result });
  console.log(block(sized, result));
  const record = { session, node: process.version, cpu: os.cpus()[0]?.model, cases };
  writeFileSync(path.join(FOLDER, "peers.json"), `${JSON.stringify(record, null, 1)}\n`);
}
run.stop();
console.log(missed === 0 ? "every bar is reached" : `${missed} bars are missed`);
process.exitCode = missed === 0 ? 0 : 1;
