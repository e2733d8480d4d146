/** The compiled program as a process of its own, and what it leaves behind. */

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a command. @param command program and its arguments */
export function start(command: readonly [string, ...string[]], cwd?: string): Started {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(cwd !== undefined && { cwd }) });
  let out = "";
  let err = "";
  child.stdout.on("data", (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    err += bytes.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

/** Starts `mcu-eval` with these arguments. */
export function mcuEval(...args: readonly string[]): Started {
  return start([process.execPath, MAIN, ...args]);
}

/** Waits until a run folder holds at least `count` records, or the process has ended. */
export async function recordsIn(folder: string, count: number, { child }: Started): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (linesOf(folder).length >= count) return;
    await setTimeout(5);
  }
}

/** Whole lines of a run's samples.jsonl. */
export function linesOf(folder: string): string[] {
  try {
    return readFileSync(join(folder, "samples.jsonl"), "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

/** Hashes of what must not depend on how often a run was cut short: the samples, the inputs, the results. */
export function contentOf(folder: string): Record<string, string> {
  const hashOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");
  const files = [
    "samples.jsonl",
    ...readdirSync(join(folder, "inputs"))
      .sort()
      .map((name) => join("inputs", name)),
  ];
  const manifest = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Record<string, unknown>;
  // The commit may move while the tests run; the rest of the environment is compared on resume.
  const { sessions, environment, ...kept } = manifest;
  return {
    ...Object.fromEntries(files.map((name) => [name, hashOf(readFileSync(join(folder, name)))])),
    "run.json": JSON.stringify(kept),
  };
}

/** Processes that a process has started and whose command line holds `text`. */
export function childrenOf(pid: number, text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const parent = / \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${candidate}/stat`, "utf8"))?.[1];
        return Number(parent) === pid && readFileSync(`/proc/${candidate}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    });
}
