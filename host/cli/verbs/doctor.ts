/** `mcu-eval doctor`: what is installed, with versions, and what to do about what is not. */

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Command } from "commander";
import { cachePath, isMcuEvalError, McuEvalError, messageOf } from "../../core/index.js";
import { type Io, outLine } from "../io.js";
import { versionOf } from "../probe.js";

export interface Finding {
  readonly what: string;
  /** "missing" is what the main job needs and cannot find; "absent" is what it can do without. */
  readonly state: "ok" | "missing" | "absent";
  /** A version, a list, a path. */
  readonly found?: string;
  readonly advice?: string;
}

/** Adds the verb to the program. */
export function addDoctor(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("say which engine, tools, emulator, boards and ports are there, and what to do about what is not")
    .option("--json", "print the findings as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine();
      if (json) outLine(io, JSON.stringify({ findings }, null, 2));
      else for (const finding of findings) show(finding, io);
      const missing = findings.filter(({ state }) => state === "missing").map(({ what }) => what);
      if (missing.length > 0) {
        throw new McuEvalError("TOOL_MISSING", `missing: ${missing.join(", ")}`, {
          hint: "Follow the advice above; `make setup` does most of it.",
        });
      }
    });
}

function show({ what, state, found, advice }: Finding, io: Io): void {
  const mark = { ok: "ok     ", missing: "MISSING", absent: "-      " }[state];
  outLine(io, `${mark}  ${what.padEnd(20)} ${found ?? ""}`.trimEnd());
  if (advice) outLine(io, `         ${" ".repeat(20)} ${advice}`);
}

async function examine(): Promise<Finding[]> {
  const [tools, engine, caches, boards, ports] = await Promise.all([
    tooling(),
    tensorEngine(),
    buildCaches(),
    boardImages(),
    serialPorts(),
  ]);
  return [{ what: "node", state: "ok", found: process.versions.node }, engine, ...tools, ...caches, ...boards, ports];
}

async function tensorEngine(): Promise<Finding> {
  const what = "tensor engine";
  try {
    const { engineInfo } = await import("../../nn/index.js");
    const { name, version, library, threads } = await engineInfo();
    const parts = [`${name} ${version}`, library && `libtensorflow ${library}`, threads > 0 && `${threads} threads`];
    return { what, state: "ok", found: parts.filter(Boolean).join(", ") };
  } catch (error) {
    return {
      what,
      state: "missing",
      found: messageOf(error),
      advice: (isMcuEvalError(error) && error.hint) || "Run `make setup`.",
    };
  }
}

async function tooling(): Promise<Finding[]> {
  const debian = (name: string): string => `apt-get install --no-install-recommends ${name}   (or run \`make setup\`)`;
  const wanted: readonly (readonly [string, string, string])[] = [
    [
      "ARM compiler",
      "arm-none-eabi-g++",
      debian("gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"),
    ],
    ["host compiler", "g++", debian("g++")],
    ["make", "make", debian("make")],
    ["emulator", "qemu-system-arm", debian("qemu-system-arm")],
    ["protobuf compiler", "protoc", debian("protobuf-compiler")],
    ["nanopb generator", "nanopb_generator.py", debian("nanopb")],
  ];
  return Promise.all(
    wanted.map(async ([what, program, advice]): Promise<Finding> => {
      const version = await versionOf(program, "--version");
      return version === null
        ? { what, state: "missing", advice }
        : { what, state: "ok", found: `${program} ${version}` };
    }),
  );
}

/** Sources and libraries that are fetched or built once, outside the repository. */
async function buildCaches(): Promise<Finding[]> {
  const entries = (await readdir(cachePath()).catch(() => [])).sort();
  const kept: readonly (readonly [string, RegExp, string])[] = [
    ["TFLM libraries", /^tflm/, "Built with the first firmware image: `mcu-eval build`."],
    ["nanopb sources", /^nanopb-/, "`make setup` fetches them."],
    ["data sets", /^datasets$/, "Fetched when they are first used."],
  ];
  return kept.map(([what, pattern, advice]): Finding => {
    const found = entries.filter((name) => pattern.test(name)).map((name) => cachePath(name));
    return found.length > 0 ? { what, state: "ok", found: found.join(", ") } : { what, state: "absent", advice };
  });
}

/** Boards that the main job runs on. */
const NEEDED_BOARDS = ["native", "qemu-m7"];

async function boardImages(): Promise<Finding[]> {
  const { boardIds, imagePath, readBoard } = await import("../../device/index.js");
  return boardIds().map((id): Finding => {
    const image = imagePath(readBoard(id));
    const what = `board ${id}`;
    if (existsSync(image)) return { what, state: "ok", found: image };
    const state = NEEDED_BOARDS.includes(id) ? "missing" : "absent";
    return { what, state, found: "its firmware is not built", advice: `mcu-eval build --board ${id}` };
  });
}

async function serialPorts(): Promise<Finding> {
  const what = "serial ports";
  try {
    const { SerialPort } = await import("serialport");
    const ports = await SerialPort.list();
    const found = ports.map(({ path, manufacturer }) => (manufacturer ? `${path} (${manufacturer})` : path));
    return found.length > 0
      ? { what, state: "ok", found: found.join(", ") }
      : { what, state: "absent", found: "none (emulated boards need none)" };
  } catch (error) {
    const found = messageOf(error);
    const advice = found.includes("udevadm")
      ? "To list the ports of real boards, install the Debian package udev."
      : "Real boards need the package serialport: run `make setup`.";
    return { what, state: "absent", found, advice };
  }
}
