// The networks that nets.mjs built.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.join(import.meta.dirname, "..", "..");
const folder = path.join(root, "build", "bench", "nets");

/** Entries of nets.json, with a name and paths. */
export function netsBuilt() {
  const index = path.join(folder, "nets.json");
  if (!existsSync(index)) throw new Error(`${index} is missing: run node test/kernels/nets.mjs`);
  return JSON.parse(readFileSync(index, "utf8")).map((net) => ({
    ...net,
    name: `${net.id}-${net.type}`,
    modelPath: path.join(folder, net.model),
    inputsPath: path.join(folder, net.inputs),
  }));
}

/** The model's bytes and its inputs, one a row. */
export function inputsOf({ modelPath, inputsPath, count }) {
  const all = readFileSync(inputsPath);
  const bytes = all.length / count;
  return {
    model: readFileSync(modelPath),
    rows: Array.from({ length: count }, (_, i) => all.subarray(i * bytes, (i + 1) * bytes)),
  };
}
