import { spawnSync } from "node:child_process";
import { mkdirSync, rmdirSync } from "node:fs";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createRun,
  type RunStart,
  readManifest,
  readRunInputs,
  readSamples,
  resumeRun,
} from "../../../host/data/index.js";
import { recordsOf, START, UNIT_SIZES, UNITS, workOn } from "./run-start.js";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "run-"));
  folder = join(root, "runs", "one");
});
afterEach(() => rm(root, { recursive: true }));

/** Every file but run.json, by name. */
async function filesOf(path: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== "run.json")
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    names.map(async (name) => [name.slice(path.length), await readFile(name)] as const),
  );
  return Object.fromEntries(contents.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function completeRun(path: string): Promise<void> {
  const run = await createRun(path, START);
  await workOn(run, 0, UNITS.length);
  await run.close({ outcome: "complete", results: [] });
}

describe("a run", () => {
  it("starts where one was killed in its first moments", async () => {
    const { pid } = spawnSync("true");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "run.lock"), `${pid}\n`);
    await writeFile(join(folder, `run.json.${pid}.tmp`), '{"schema":');
    await completeRun(folder);
    expect((await readManifest(folder)).complete).toBe(true);
  });

  it("is read back as it was written", async () => {
    const run = await createRun(folder, START);
    await workOn(run, 0, UNITS.length);
    const rate = {
      measure: "accuracy",
      engine: "device",
      condition: 0,
      numerator: 1,
      denominator: 5,
      value: 0.2,
    } as const;
    const test = { measure: "mcnemar", engines: ["float", "device"], condition: 1, b: 1, c: 2, p: 1 } as const;
    const links = [{ board: "qemu-m7", process: 0, host: { bad_frames: 0 }, boot: { nonce: 7 } }];
    const final = await run.close({ outcome: "complete", results: [rate, test], links });
    expect(await readManifest(folder)).toEqual(final);
    expect(final).toMatchObject({ ...START, schema: 1, complete: true, results: [rate, test] });
    expect(final.sessions).toHaveLength(1);
    expect(final.sessions[0]).toMatchObject({ outcome: "complete", resumed_at: 0, records: 15, links });
    expect(await readSamples(folder)).toEqual(UNITS.flatMap(recordsOf));
    expect(final.conditions.map(({ inputs }) => inputs)).toEqual([
      { float: "inputs/clean.float32.npy", grid: "inputs/clean.int8.npy" },
      {
        float: "inputs/1-pgd-untargeted-linf-0.4of255.float32.npy",
        grid: "inputs/1-pgd-untargeted-linf-0.4of255.int8.npy",
      },
      {
        float: "inputs/1-pgd-untargeted-linf-1of255.float32.npy",
        grid: "inputs/1-pgd-untargeted-linf-1of255.int8.npy",
      },
    ]);
    const float = await readRunInputs(folder, final, 2, "float");
    expect(float.shape).toEqual([5, 2]);
    expect(float.data).toEqual(Float32Array.from({ length: 10 }, (_, i) => (i + 2) / 7));
    expect((await readRunInputs(folder, final, 0, "grid")).data).toEqual(
      Int8Array.from({ length: 10 }, (_, i) => (i / 7) * 10),
    );
  });

  it("shows a session without an end while it is under way", async () => {
    const run = await createRun(folder, START);
    const { complete, sessions } = await readManifest(folder);
    expect(complete).toBe(false);
    expect(sessions[0]?.ended).toBeUndefined();
    await run.close({ outcome: "failed", error: { code: "DEVICE_LOST", message: "gone" } });
    expect((await readManifest(folder)).sessions[0]).toMatchObject({
      outcome: "failed",
      error: { code: "DEVICE_LOST" },
    });
  });

  it("refuses a record that the schema does not know", async () => {
    const run = await createRun(folder, START);
    const [record] = recordsOf({ conditions: [0], first: 0, rows: 1 });
    const wrong = { ...record, label: Number.NaN } as never;
    await expect(run.appendUnit([wrong])).rejects.toThrow(/label must be integer/);
    await run.close({ outcome: "failed" });
    expect(await readSamples(folder)).toEqual([]);
  });
});

describe("resuming", () => {
  /** What a crash may leave behind the units that are whole: [name, damage]. */
  const DAMAGE: [string, (samples: string) => Promise<void>][] = [
    ["nothing", async () => undefined],
    ["a torn line", (samples) => appendFile(samples, JSON.stringify(recordsOf(UNITS[3] as never)[0]).slice(0, 40))],
    ["half a unit", (samples) => appendFile(samples, `${JSON.stringify(recordsOf(UNITS[3] as never)[0])}\n`)],
    ["a unit cut short", (samples) => truncate(samples, 700)],
    ["no samples", (samples) => unlink(samples)],
  ];

  it.each(DAMAGE)("after %s ends with the bytes of an uninterrupted run", async (_name, damage) => {
    const whole = join(root, "whole");
    await completeRun(whole);
    const first = await createRun(folder, START);
    await workOn(first, 0, 3);
    // Rows of a unit whose records were never written.
    await first.writeInputs(1, 0, Float32Array.of(9, 9), Int8Array.of(9, 9));
    await first.close({ outcome: "interrupted" });
    await damage(join(folder, "samples.jsonl"));
    const second = await resumeRun(folder, START, UNIT_SIZES);
    expect(second.recordsDone).toEqual(UNITS.slice(0, second.unitsDone).flatMap(recordsOf));
    await workOn(second, second.unitsDone, UNITS.length);
    await second.close({ outcome: "complete", results: [] });
    expect(await filesOf(folder)).toEqual(await filesOf(whole));
    const { sessions, ...resumed } = await readManifest(folder);
    const { sessions: _, ...uninterrupted } = await readManifest(whole);
    expect(resumed).toEqual(uninterrupted);
    expect(sessions.map(({ resumed_at }) => resumed_at)).toEqual([0, second.recordsDone.length]);
  });

  it("tells a session's other environment apart", async () => {
    await (await createRun(folder, START)).close({ outcome: "interrupted" });
    const environment = { ...START.environment, node: "24.0.0" };
    await (await resumeRun(folder, { ...START, environment }, UNIT_SIZES)).close({ outcome: "interrupted" });
    const manifest = await readManifest(folder);
    expect(manifest.environment.node).toBe("20.19.0");
    expect(manifest.sessions[1]?.environment?.node).toBe("24.0.0");
  });

  const [pgd] = START.settings.attacks;
  const CONFLICTS: [string, Partial<RunStart>, RegExp][] = [
    ["another seed", { settings: { ...START.settings, seed: 2 } }, /settings\.seed is 1 there, and 2 now/],
    [
      "another parameter",
      { settings: { ...START.settings, attacks: [{ ...pgd, params: { steps: 40, random_start: true } } as never] } },
      /settings\.attacks\[0\]\.params\.steps is 20 there, and 40 now/,
    ],
    [
      "one more setting",
      { settings: { ...START.settings, transport: "uart" } },
      /transport is absent there, and "uart" now/,
    ],
    ["another model", { model: { ...START.model, id: "other" } }, /model\.id is "tiny" there/],
    [
      "another engine",
      { environment: { ...START.environment, engine: { name: "cpu", version: "1", threads: 1 } } },
      /engine\.name/,
    ],
  ];
  it.each(CONFLICTS)("refuses %s and leaves the run as it is", async (_name, change, message) => {
    await completeRun(folder);
    const before = await filesOf(folder);
    const failure = resumeRun(folder, { ...START, ...change }, UNIT_SIZES);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: "RUN_CONFLICT", exitCode: 2 });
    expect(await filesOf(folder)).toEqual(before);
  });
});

describe("a folder that cannot be used", () => {
  it("holds something already", async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "notes.txt"), "mine");
    await expect(createRun(folder, START)).rejects.toMatchObject({ code: "RUN_CONFLICT" });
    expect(await readdir(folder)).toEqual(["notes.txt"]);
  });

  it("is worked on by another process, until that is gone", async () => {
    await completeRun(folder);
    await writeFile(join(folder, "run.lock"), `${process.ppid}\n`);
    await expect(resumeRun(folder, START, UNIT_SIZES)).rejects.toThrow(
      `process ${process.ppid} is working on this run`,
    );
    // Above Linux' largest process number.
    await writeFile(join(folder, "run.lock"), "4194305\n");
    await (await resumeRun(folder, START, UNIT_SIZES)).close({ outcome: "complete" });
    expect(await readdir(folder)).not.toContain("run.lock");
  });

  it("is missing, or of a later schema, or damaged", async () => {
    await expect(resumeRun(folder, START, UNIT_SIZES)).rejects.toMatchObject({ code: "FILE_MISSING" });
    await completeRun(folder);
    const path = join(folder, "run.json");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"schema": 1', '"schema": 2'));
    await expect(readManifest(folder)).rejects.toThrow(/has schema 2, this version reads up to 1/);
    await writeFile(path, text.slice(0, 100));
    await expect(readManifest(folder)).rejects.toMatchObject({ code: "FILE_INVALID" });
    await writeFile(path, text.replace('"batch": 2', '"batch": "2"'));
    await expect(readManifest(folder)).rejects.toThrow(/\/settings\/batch must be integer, found "2"/);
    await writeFile(path, text);
    const samples = join(folder, "samples.jsonl");
    const lines = (await readFile(samples, "utf8")).split("\n");
    await writeFile(samples, [lines[0], '{"sample":', ...lines.slice(2)].join("\n"));
    await expect(readSamples(folder)).rejects.toThrow(/samples\.jsonl line 2: /);
  });
});

describe("a full disk", () => {
  it("fails with a hint when the manifest cannot be written", async () => {
    await mkdir(folder, { recursive: true });
    const run = await createRun(folder, START);
    await workOn(run, 0, 1);
    const before = await readFile(join(folder, "run.json"));
    await symlink("/dev/full", join(folder, `run.json.${process.pid}.tmp`));
    const failure = run.close({ outcome: "complete" });
    await expect(failure).rejects.toMatchObject({
      code: "WRITE_FAILED",
      hint: expect.stringContaining("disk is full"),
    });
    expect(await readFile(join(folder, "run.json"))).toEqual(before);
    const resumed = await resumeRun(folder, START, UNIT_SIZES);
    expect(resumed.unitsDone).toBe(1);
    await resumed.close({ outcome: "interrupted" });
  });

  const mounted = join(tmpdir(), `mcu-eval-small-disk-${process.pid}`);
  const canMount = ((): boolean => {
    mkdirSync(mounted, { recursive: true });
    return spawnSync("mount", ["-t", "tmpfs", "-o", "size=96k", "none", mounted]).status === 0;
  })();
  afterAll(() => {
    if (canMount) spawnSync("umount", [mounted]);
    rmdirSync(mounted);
  });

  it.skipIf(!canMount)("loses no unit that was whole, and the run resumes (needs the right to mount)", async () => {
    const whole = join(root, "whole");
    await completeRun(whole);
    const run = await createRun(mounted, START);
    await workOn(run, 0, 2);
    const filler = join(mounted, "filler");
    await expect(writeFile(filler, Buffer.alloc(2 ** 20))).rejects.toMatchObject({ code: "ENOSPC" });
    const failure = workOn(run, 2, UNITS.length);
    await expect(failure).rejects.toMatchObject({
      code: "WRITE_FAILED",
      hint: expect.stringContaining("disk is full"),
    });
    await expect(run.close({ outcome: "failed" })).rejects.toMatchObject({ code: "WRITE_FAILED" });
    await rm(filler);
    const resumed = await resumeRun(mounted, START, UNIT_SIZES);
    expect(resumed.unitsDone).toBeGreaterThanOrEqual(2);
    await workOn(resumed, resumed.unitsDone, UNITS.length);
    await resumed.close({ outcome: "complete" });
    expect(await filesOf(mounted)).toEqual(await filesOf(whole));
  });
});
