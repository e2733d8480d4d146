/** Real processes: what starts, what does not, and what is left behind. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { imagePath, openDevice, readBoard } from "../../../host/device/index.js";
import { launchBoard } from "../../../host/device/launch.js";
import type { PortEnd } from "../../../host/link/index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcu-eval-test-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A board that is a script of this Node, which gets the region's path and address. */
function scripted(script: string) {
  const native = readBoard("native");
  return {
    ...native,
    model_region: { address: 0x60000000, bytes: 1_024 },
    launch: {
      program: process.execPath,
      args: ["-e", script, "{model_region}", "loader,file={model_region},addr={model_region_address}", "{firmware}"],
      ignore_stderr: ["harmless"],
    },
  };
}

function launch(script: string, region = new Uint8Array([1, 2, 3])) {
  const port = launchBoard(scripted(script), { region, firmware: process.execPath });
  const got: number[] = [];
  const end = new Promise<PortEnd>((resolve) => port.listen({ data: (bytes) => got.push(...bytes), end: resolve }));
  return { port, got, end };
}

test("Placeholders_AreFilledAndTheRegionIsAFile", async () => {
  const { end, got } = launch(
    "process.stdout.write(require('fs').readFileSync(process.argv[1])); process.stdout.write(process.argv.slice(2).join('|'))",
  );
  await end;
  const text = Buffer.from(got.slice(3)).toString();
  expect(got.slice(0, 3)).toEqual([1, 2, 3]);
  expect(text).toMatch(/^loader,file=.*region\.bin,addr=0x60000000\|/);
  expect(text.endsWith(process.execPath)).toBe(true);
});

test("ADollarInThePath_IsItself", async () => {
  mkdirSync(join(folder, "a$&b"));
  vi.stubEnv("TMPDIR", join(folder, "a$&b"));
  const { end, got } = launch("process.stdout.write(process.argv[1])");
  await end;
  expect(Buffer.from(got).toString()).toContain("/a$&b/");
});

test("ACommaInThePath_IsDoubledWhereAnOptionWouldEnd", async () => {
  mkdirSync(join(folder, "a,b"));
  vi.stubEnv("TMPDIR", join(folder, "a,b"));
  const { end, got } = launch("process.stdout.write(process.argv.slice(1).join('|'))");
  await end;
  const [alone, within] = Buffer.from(got).toString().split("|");
  expect(alone).toContain("/a,b/");
  expect(within).toContain("/a,,b/");
});

test("Close_LeavesNothingBehind", async () => {
  const { port } = launch("process.stdin.resume(); console.error('harmless noise'); console.error('words')");
  await port.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("WhatIsMissing_IsNamedWithWhatToDo", async () => {
  const board = readBoard("qemu-m7");
  const region = new Uint8Array(32);
  const attempt = (change: object, firmware?: string) => () =>
    launchBoard({ ...board, ...change }, { region, ...(firmware ? { firmware } : {}) });
  const withoutTool = { launch: { ...board.launch, program: "no-such-emulator", args: [], ignore_stderr: [] } };
  expect(attempt(withoutTool, process.execPath)).toThrow(
    expect.objectContaining({ code: "TOOL_MISSING", hint: expect.stringContaining("apt-get install") }),
  );
  expect(attempt({}, "/no/such/image")).toThrow(
    expect.objectContaining({ code: "DEVICE_OPEN", hint: "Run: make firmware BOARD=qemu-m7" }),
  );
  expect(attempt({ launch: null })).toThrow(expect.objectContaining({ code: "DEVICE_OPEN" }));
});

test("ABoardThatDiesAtOnce_IsLostWithItsLastWords", async () => {
  const { end } = launch("console.error('harmless'); console.error('cannot map the region'); process.exit(1)");
  expect(await end).toEqual({ reason: "the process ended with code 1", tail: "cannot map the region" });
});

const native = imagePath(readBoard("native"));
test.skipIf(!existsSync(native))("TruncatedAndForeignModels_LeaveABoardThatSaysWhy", async () => {
  const garbage = Uint8Array.from({ length: 500 }, (_, i) => (i * 37) & 0xff);
  await expect(openDevice({ board: "native", model: garbage })).rejects.toMatchObject({
    code: "MODEL_UNSUPPORTED",
    message: expect.stringMatching(/^board native cannot run the model: MODEL_FORMAT, ./),
  });
  const device = await openDevice({ board: "native", model: garbage, requireReady: false });
  expect(device.hello).toMatchObject({ status: "MODEL_FORMAT", modelBytes: 500 });
  expect((await device.stats()).invokes).toBe(0);
  await device.close();
  const empty = await openDevice({ board: "native", requireReady: false });
  expect(empty.hello.status).toBe("NO_MODEL");
  await empty.close();
});
