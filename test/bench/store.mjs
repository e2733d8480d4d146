// What was measured, kept in build/bench so that a long run can go on where it stopped.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
export const MODEL = path.join(root, "models", "cifar10-resnet8", "float");
export const FOLDER = path.join(root, "build", "bench");
const dist = path.join(root, "dist");

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith(ending))
    .sort();
}

const digest = (texts) => createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 16);
const digestFiles = (files) => digest(files.map((file) => readFileSync(file, "latin1")));

/** A module of dist and all that it imports. */
function closure(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  for (const [, name] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g))
    closure(path.resolve(path.dirname(file), name), seen);
  return seen;
}

const modelDigest = () => digestFiles(filesUnder(MODEL, ""));

/** Changes when the attack's code, the network's executor or the weights do. */
export function oursDigest(attack) {
  const entry = path.join(dist, "attacks", `${attack}.js`);
  const files = new Set([...closure(entry), ...closure(path.join(dist, "nn", "index.js"))]);
  return digest([modelDigest(), digestFiles([...files].sort())]);
}

/** Changes when the libraries' versions, the entries for the attack or the weights do. */
export function peersDigest(attack) {
  const here = path.join(root, "test", "bench");
  const entries = filesUnder(path.join(here, "peers"), ".py").filter(
    (file) => /__init__|libraries/.test(file) || readFileSync(file, "utf8").includes(`"${attack}"`),
  );
  const common = ["peers.py", "tfjs_net.py", "requirements.txt"].map((name) => path.join(here, name));
  return digest([modelDigest(), digestFiles([...common, ...entries])]);
}

/** One file a measurement; `key` is everything it depends on. */
export function slot(name, key) {
  const folder = path.join(FOLDER, "measured");
  const base = path.join(folder, `${name}-${digest([JSON.stringify(key)])}`);
  const file = `${base}.json`;
  return {
    adversarial: `${base}.npy`,
    read: () => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined),
    write(value) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.part`, JSON.stringify({ key, ...value }));
      renameSync(`${file}.part`, file);
    },
    prepare: () => mkdirSync(folder, { recursive: true }),
  };
}

/** The clean images of a run of n, written once. */
export function dataFiles(n) {
  mkdirSync(FOLDER, { recursive: true });
  const of = (what) => path.join(FOLDER, `${what}-${n}.npy`);
  return { images: of("images"), labels: of("labels"), targets: of("targets") };
}
