#!/usr/bin/env node
// Writes test/host/attacks/peers.json: what the other libraries reach on up to ten images, for `make test` to compare with.
//
// usage: write-fixture.mjs [case,...]     Without a list, every case; with one, the others stay as they are.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readNpy } from "../../dist/data/index.js";
import { chosenCases } from "./cases.mjs";
import { bench } from "./measure.mjs";
import { dataFiles } from "./store.mjs";

const N = 10;
const file = fileURLToPath(new URL("../host/attacks/peers.json", import.meta.url));
const only = (process.argv[2] ?? "").split(",").filter(Boolean);

/** One eps a case is enough here: the second smallest. */
const fixtureCases = () =>
  chosenCases(only).filter(({ small, eps, budgets }) => small !== null && eps === (budgets[1] ?? budgets[0]));

const run = bench(new Date().toISOString());
const cases = existsSync(file) && only.length > 0 ? JSON.parse(readFileSync(file, "utf8")).cases : [];
for (const entry of fixtureCases()) {
  const { id, attack, norm, eps, goal, random = false, small, ours, slow = [], stored: n = N } = entry;
  const settings = { ...entry.settings, ...small };
  const asked = entry.peers.filter((name) => !slow.includes(name));
  const measured = await run.measure(
    { ...entry, peers: asked, settings, ours: settings, n, batch: n, rounds: 1 },
    { sides: "peers" },
  );
  const peers = {};
  for (const [name, result] of Object.entries(measured)) {
    if (result.error) throw new Error(`${id}, ${name}: ${result.error}`);
    const { version, samples } = result;
    const rows = samples.map(({ i }) => i);
    const norms = samples.map(({ fooled, norm: size }) => (fooled ? Number(size.toPrecision(5)) : null));
    peers[name] = { version, rows, fooled: samples.filter(({ fooled }) => fooled).length, norms };
  }
  const stored = { id, attack, norm, ...(eps && { eps }), goal, random, params: { ...settings, ...ours }, peers };
  const place = cases.findIndex((other) => other.id === id);
  cases.splice(place < 0 ? cases.length : place, place < 0 ? 0 : 1, stored);
}
run.stop();
const { targets } = dataFiles(N);
const origin =
  "test/bench/write-fixture.mjs: CIFAR-10 test images of these numbers by models/cifar10-resnet8/float; a null norm is a failure";
const fixture = { origin, images: N, targets: [...(await readNpy(targets)).data], cases };
writeFileSync(file, `${JSON.stringify(fixture)}\n`);
