/** Runs of the compiled program that end in every way a run can end. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childrenOf, contentOf, linesOf, MAIN, mcuEval, recordsIn, start } from "./process.js";

const root = mkdtempSync(join(tmpdir(), "mcu-eval-e2e-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const TIMEOUT = 240_000;

/** Small batches, so that a run can be cut at many places. */
const NATIVE = [
  "run",
  "--board",
  "native",
  "-n",
  "18",
  "--batch",
  "3",
  "--attack",
  "pgd:steps=3",
  "--eps",
  "0.6/255,2/255",
];
const NATIVE_RECORDS = 54;
const QEMU = [
  "run",
  "--board",
  "qemu-m7",
  "-n",
  "6",
  "--batch",
  "2",
  "--attack",
  "fgsm",
  "--eps",
  "1/255",
  "--require",
  "device.mismatches<=0",
];
const QEMU_RECORDS = 12;

async function finish(args: readonly string[], folder: string, ...more: readonly string[]) {
  const ended = await mcuEval(...args, "--out", folder, ...more).ended;
  expect(ended.err, "what the program said").not.toMatch(/^error/m);
  expect(ended.code).toBe(0);
  return ended;
}

describe("on the native build", () => {
  const whole = join(root, "native");
  let said: { out: string; err: string };
  beforeAll(async () => {
    said = await finish(NATIVE, whole, "--junit");
  }, TIMEOUT);

  it("prints the tables, says what came out of it and where the report is", () => {
    expect(said.out).toMatch(/^inputs +float +grid control +device$/m);
    expect(said.out).toMatch(/^clean +\S+ % \(\d+\/18, [\d.]+–[\d.]+\)/m);
    expect(said.out).toMatch(/^Attack success rate/m);
    expect(said.out).toMatch(/^pgd 0.6\/255/m);
    expect(said.out).toMatch(new RegExp(`^report: ${whole}/report.html$`, "m"));
    for (const name of ["run.json", "samples.jsonl", "report.html", "report.md", "junit.xml"])
      expect(existsSync(join(whole, name)), name).toBe(true);
    expect(said.err).toMatch(new RegExp(`${NATIVE_RECORDS}/${NATIVE_RECORDS} inferences \\(100 %\\)`));
  });

  it("claims no instructions and no second engine", () => {
    const records = linesOf(whole).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toHaveLength(NATIVE_RECORDS);
    for (const record of records) {
      expect(record.measured_on).toBe("native");
      expect(record).not.toHaveProperty("instructions");
      expect(record.predictions).not.toHaveProperty("native");
    }
  });

  it("shows that rounding grew 0.6 of a step to a whole one", () => {
    const records = linesOf(whole).map(
      (line) =>
        JSON.parse(line) as { condition: number; above_eps?: boolean; distortion?: { after: { linf: number } } },
    );
    const grown = records.filter(({ condition }) => condition === 1);
    expect(grown.every(({ above_eps }) => above_eps === true)).toBe(true);
    for (const { distortion } of grown) expect(distortion?.after.linf).toBeCloseTo(1 / 255, 6);
    expect(records.filter(({ condition }) => condition === 2).some(({ above_eps }) => above_eps === true)).toBe(false);
  });

  it(
    "gives the same bytes again, with another number of processes",
    async () => {
      await finish(NATIVE, join(root, "again"), "--jobs", "2");
      expect(contentOf(join(root, "again"))).toEqual(contentOf(whole));
    },
    TIMEOUT,
  );

  it.each([
    ["SIGINT", 130, 2],
    ["SIGTERM", 130, 14],
    ["SIGKILL", null, 1],
    ["SIGKILL", null, 8],
  ] as const)(
    "%s: exit code %s; what was done by record %d is kept, and --resume ends with the same bytes",
    async (signal, code, records) => {
      const folder = join(root, `${signal}-${records}`);
      const run = mcuEval(...NATIVE, "--out", folder);
      await recordsIn(folder, records, run);
      run.child.kill(signal);
      const ended = await run.ended;
      expect(ended.code).toBe(code);
      if (code === 130) {
        expect(ended.err).toMatch(/interrupted/);
        expect(ended.err).toMatch(/records are kept in .*--resume/);
      }
      const kept = linesOf(folder).length;
      expect(kept).toBeGreaterThanOrEqual(records);
      expect(kept, "the signal came too late to test anything").toBeLessThan(NATIVE_RECORDS);
      await finish(NATIVE, folder, "--resume");
      expect(contentOf(folder)).toEqual(contentOf(whole));
      const { sessions } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as {
        sessions: { outcome?: string; resumed_at: number }[];
      };
      expect(sessions.map(({ outcome }) => outcome)).toEqual([code === 130 ? "interrupted" : undefined, "complete"]);
      expect(sessions[1]?.resumed_at).toBe(kept - (kept % 3));
    },
    TIMEOUT,
  );

  it(
    "leaves no process behind when it is killed",
    async () => {
      const folder = join(root, "orphans");
      const run = mcuEval(...NATIVE, "--out", folder);
      await recordsIn(folder, 1, run);
      const devices = childrenOf(run.child.pid as number, "firmware");
      expect(devices.length).toBeGreaterThan(0);
      run.child.kill("SIGKILL");
      await run.ended;
      await expect.poll(() => devices.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 5000 }).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    "says that the disk is full, keeps whole units, and goes on elsewhere",
    async ({ skip }) => {
      const disk = join(root, "disk");
      const saved = join(root, "saved");
      mkdirSync(disk);
      // A mount namespace of its own: the small disk is seen by this command alone, and gone with it.
      const script =
        'mount -t tmpfs -o size=400k tmpfs "$1" && cd "$1" && shift && saved=$1 && shift && "$@"; code=$?; cp -r run "$saved"; exit $code';
      const probe = await start(["unshare", "-rm", "true"]).ended.catch(() => null);
      skip(probe?.code !== 0, "this system does not let a test mount a small disk");
      const command = [process.execPath, MAIN, ...NATIVE, "--out", "run"];
      const { code, err } = await start(["unshare", "-rm", "sh", "-c", script, "sh", disk, saved, ...command]).ended;
      expect(err).toMatch(/error: writing .* failed: .*ENOSPC/);
      expect(err).toMatch(/hint: The disk is full/);
      expect(code).toBe(4);
      const kept = linesOf(saved).length;
      expect(kept).toBeGreaterThan(0);
      expect(kept % 3).toBe(0);
      cpSync(saved, join(root, "moved"), { recursive: true });
      await finish(NATIVE, join(root, "moved"), "--resume");
      expect(contentOf(join(root, "moved"))).toEqual(contentOf(whole));
    },
    TIMEOUT,
  );
});

describe("on an emulated board", () => {
  const whole = join(root, "qemu");

  it(
    "agrees with the native build byte for byte, and counts instructions",
    async () => {
      const { out } = await finish(QEMU, whole);
      expect(out).toMatch(/Native and device gave the same output bytes on all 12 inferences/);
      for (const line of linesOf(whole)) {
        const { outputs, instructions, irq_cycles, measured_on } = JSON.parse(line) as {
          outputs: { native: string; device: string };
          instructions: number;
          irq_cycles: number;
          measured_on: string;
        };
        expect(outputs.device).toBe(outputs.native);
        expect(instructions).toBeGreaterThan(1e6);
        expect(irq_cycles).toBe(0);
        expect(measured_on).toBe("emulator");
      }
    },
    TIMEOUT,
  );

  it(
    "says that QEMU was killed, exit code 3, and ends with the same bytes after --resume",
    async () => {
      const folder = join(root, "qemu-killed");
      const run = mcuEval(...QEMU, "--out", folder);
      await recordsIn(folder, 1, run);
      const [emulator] = childrenOf(run.child.pid as number, "qemu-system-arm");
      process.kill(emulator as number, "SIGKILL");
      const { code, err } = await run.ended;
      expect(err).toMatch(/error: board qemu-m7 .*SIGKILL/);
      expect(err).toMatch(/records are kept in .*--resume/);
      expect(code).toBe(3);
      expect(linesOf(folder).length).toBeLessThan(QEMU_RECORDS);
      await finish(QEMU, folder, "--resume", "--jobs", "1");
      expect(contentOf(folder)).toEqual(contentOf(whole));
    },
    TIMEOUT,
  );
});

describe("the program", () => {
  it("answers --help within 300 ms of processor time, without the tensor engine", async () => {
    const atExit =
      "process.on('exit', () => { const { user, system } = process.cpuUsage();" +
      " console.error((user + system) / 1000, process.report.getReport().sharedObjects.join(' ')) })";
    const preload = `data:text/javascript,${encodeURIComponent(atExit)}`;
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { out, err } = await start([process.execPath, "--import", preload, MAIN, "--help"]).ended;
      expect(out).toMatch(/^Usage: mcu-eval/);
      expect(err).not.toMatch(/tensorflow|sharp|serialport/);
      times.push(Number.parseFloat(err));
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
