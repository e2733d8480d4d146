#!/usr/bin/env node
// Makes @tensorflow/tfjs-node loadable: libtensorflow from a pinned wheel, and the addon built for it.
//
// The package's own install script fetches libtensorflow from its vendor's storage; this one takes
// the library out of PyPI's tensorflow-cpu instead, so that every Linux x86-64 machine computes with
// the same bytes. Other platforms use the package's own script. docs/adr/0001 says why.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const WHEEL = {
  requirement: "tensorflow-cpu==2.16.2",
  platform: ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--platform=manylinux_2_17_x86_64"],
  sha256: "c855cb6bf05d32dd5928086b03a5f6b4189b63c22b95e017703cbee4291023ca",
  megabytes: 214,
};
const LIBRARIES = {
  "libtensorflow_cc.so.2": {
    sha256: "ad2b61ad4fce16fb22bb1fcd113d97adfb5906ee06621c9003c8e2189f2de52a",
    links: ["libtensorflow.so", "libtensorflow.so.2", "libtensorflow.so.2.9.1"],
  },
  "libtensorflow_framework.so.2": {
    sha256: "d678cefd32d163e8c6705821814dd896f6e6027a733b14293bf1b516f3e0fd53",
    links: ["libtensorflow_framework.so"],
  },
};
/** What the addon's two sources include, directly or not. */
const HEADERS = [
  ...["c_api", "c_api_macros", "tf_attrtype", "tf_buffer", "tf_datatype", "tf_status", "tf_tensor", "tf_tstring"].map(
    (name) => `tensorflow/c/${name}.h`,
  ),
  "tensorflow/c/eager/c_api.h",
  "tensorflow/core/platform/ctstring.h",
  "tensorflow/core/platform/ctstring_internal.h",
  "tsl/c/tsl_status.h",
  "tsl/platform/ctstring.h",
  "tsl/platform/ctstring_internal.h",
];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const packageDir = path.join(root, "node_modules", "@tensorflow", "tfjs-node");
const cacheRoot = process.env.MCU_EVAL_CACHE ?? path.join(os.homedir(), ".cache", "mcu-eval");
const cache = path.join(cacheRoot, "libtensorflow-2.16.2");

function fail(message) {
  console.error(`setup-engine: ${message}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", ...options });
  if (result.error) fail(`cannot start ${command} (${result.error.message}); install it and run make setup again`);
  return { ok: result.status === 0, output: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

function sha256(file) {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(1 << 22);
  const fd = fs.openSync(file, "r");
  for (let n = fs.readSync(fd, buffer); n > 0; n = fs.readSync(fd, buffer)) hash.update(buffer.subarray(0, n));
  fs.closeSync(fd);
  return hash.digest("hex");
}

/** Whether the addon loads and a gradient comes out right; in a process of its own. */
function engineWorks() {
  const program = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (v) => v === null || v === undefined;
    util.isArray ??= Array.isArray;
    const tf = require("@tensorflow/tfjs-node");
    const x = tf.ones([1, 4, 4, 1]);
    const dx = tf.grad((v) => tf.conv2d(v, tf.ones([3, 3, 1, 2]), 1, "same").sum())(x);
    if (tf.getBackend() !== "tensorflow" || dx.sum().dataSync()[0] !== 200) process.exit(1);`;
  return run(process.execPath, ["-e", program], { cwd: root, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" } });
}

function cacheIsSound() {
  return (
    HEADERS.every((header) => fs.existsSync(path.join(cache, "include", header))) &&
    Object.entries(LIBRARIES).every(([name, { sha256: expected }]) => {
      const file = path.join(cache, "lib", name);
      return fs.existsSync(file) && sha256(file) === expected;
    })
  );
}

/** Downloads the wheel, checks it, and moves what is needed of it into the cache. */
function fillCache() {
  console.log(
    `setup-engine: fetching libtensorflow (${WHEEL.requirement}, ${WHEEL.megabytes} MB, Apache-2.0) with pip`,
  );
  fs.mkdirSync(cacheRoot, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(cacheRoot, "wheel-"));
  try {
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, ...WHEEL.platform];
    const download = run("python3", [...pip, WHEEL.requirement]);
    if (!download.ok) fail(`pip could not download ${WHEEL.requirement}:\n${download.output}`);
    const wheel = path.join(scratch, fs.readdirSync(scratch).find((name) => name.endsWith(".whl")) ?? "missing.whl");
    const found = sha256(wheel);
    if (found !== WHEEL.sha256) fail(`${path.basename(wheel)} has sha256 ${found}, expected ${WHEEL.sha256}`);
    const unpack = run("python3", ["-m", "zipfile", "-e", wheel, scratch]);
    if (!unpack.ok)
      fail(`cannot unpack ${path.basename(wheel)} (about 1.5 GB of free space is needed):\n${unpack.output}`);

    const ready = path.join(scratch, "ready");
    for (const [name, { links }] of Object.entries(LIBRARIES)) {
      const target = path.join(ready, "lib", name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.renameSync(path.join(scratch, "tensorflow", name), target);
      for (const link of links) fs.symlinkSync(name, path.join(ready, "lib", link));
    }
    for (const header of HEADERS) {
      const target = path.join(ready, "include", header);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.renameSync(path.join(scratch, "tensorflow", "include", header), target);
    }
    fs.rmSync(cache, { recursive: true, force: true });
    fs.renameSync(ready, cache);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Compiles the addon's two sources against Node-API, whose headers and binary interface all Node versions share. */
function buildAddon() {
  console.log("setup-engine: building tfjs-node's addon (a few seconds)");
  const napi = "8";
  const target = path.join(packageDir, "lib", `napi-v${napi}`);
  const headers = path.join(root, "node_modules", "node-api-headers", "include");
  fs.mkdirSync(target, { recursive: true });
  const built = run(
    "g++",
    [
      ...[
        "-O2",
        "-std=c++17",
        "-fPIC",
        "-shared",
        "-w",
        `-DNAPI_VERSION=${napi}`,
        `-I${headers}`,
        "-Ideps/include",
        "-I.",
      ],
      ...["binding/tfjs_backend.cc", "binding/tfjs_binding.cc", "-o", path.join(target, "tfjs_binding.node")],
      ...["-Ldeps/lib", "-ltensorflow", "-ltensorflow_framework", "-Wl,-rpath,$ORIGIN/../../deps/lib"],
    ],
    { cwd: packageDir },
  );
  if (!built.ok) fail(`g++ could not build tfjs-node's addon:\n${built.output}`);
}

if (!fs.existsSync(packageDir)) fail("node_modules is missing; run `make setup`, or `npm ci` first");
if (engineWorks().ok) process.exit(0);
if (process.platform === "linux" && process.arch === "x64") {
  if (!cacheIsSound()) fillCache();
  const deps = path.join(packageDir, "deps");
  fs.rmSync(deps, { recursive: true, force: true });
  fs.symlinkSync(cache, deps);
  buildAddon();
} else {
  console.log(`setup-engine: ${process.platform}-${process.arch}: using tfjs-node's own install script`);
  const own = run("npm", ["rebuild", "@tensorflow/tfjs-node", "--ignore-scripts=false"], { cwd: root });
  if (!own.ok) fail(`tfjs-node's own install script failed:\n${own.output}`);
}
const check = engineWorks();
if (!check.ok) fail(`tfjs-node still does not load:\n${check.output}`);
