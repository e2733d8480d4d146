/** What a run was computed with: versions, processor, commit. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch, cpus, release, type } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Environment } from "../data/index.js";
import { type EngineInfo, loadEngine } from "../nn/index.js";

/** Two folders above both host/eval/ (sources) and dist/eval/ (compiled). */
const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Threads inside one kernel. One, because results depend on the number, and because the other cores
 * are the emulators'.
 */
const THREADS = 1;

/** Extensions that choose between the kernels of tensor engines and native builds. */
const EXTENSIONS = [
  "sse4_1",
  "sse4_2",
  "avx",
  "fma",
  "avx2",
  "avx512f",
  "avx512_vnni",
  "avx_vnni",
  "amx_int8",
  "asimd",
];

const run = promisify(execFile);

/** Loads the tensor engine with the thread count of runs, and describes it and the machine. */
export async function describeEnvironment(): Promise<Environment> {
  const { info } = await loadEngine({ threads: THREADS });
  const { version } = JSON.parse(await readFile(`${PACKAGE}/package.json`, "utf8")) as { version: string };
  const git = await gitState();
  return {
    tool: { name: "mcu-eval", version },
    node: process.versions.node,
    engine: engineRecord(info),
    ...(git && { git }),
    cpu: { arch: arch(), ...(cpus()[0] && { model: cpus()[0]?.model ?? "" }), instruction_set: await extensions() },
    os: `${type()} ${release()}`,
  };
}

function engineRecord({ name, version, library, threads }: EngineInfo): Environment["engine"] {
  return { name, version: library === undefined ? version : `${version} (${library})`, threads };
}

async function extensions(): Promise<string[]> {
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(" "));
  return EXTENSIONS.filter((name) => flags.has(name));
}

/** The commit this package was checked out at; null where it is no checkout of its own. */
async function gitState(): Promise<Environment["git"] | null> {
  try {
    const git = async (...args: string[]): Promise<string> =>
      (await run("git", ["-C", PACKAGE, ...args])).stdout.trim();
    const top = await git("rev-parse", "--show-toplevel");
    if (fileURLToPath(new URL(`file://${top}/`)) !== `${PACKAGE.replace(/\/$/, "")}/`) return null;
    return { commit: await git("rev-parse", "HEAD"), dirty: (await git("status", "--porcelain")) !== "" };
  } catch {
    return null;
  }
}
