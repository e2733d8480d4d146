import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Batch, McuEvalError } from "../../../host/core/index.js";
import { createRun, resumeRun, type SampleRecord } from "../../../host/data/index.js";
import { evaluate, type Parts } from "../../../host/eval/evaluate.js";
import { makePlan, unitSizes } from "../../../host/eval/plan.js";
import { COUNT, fakeAsker, fakeParts, START } from "./fakes.js";

const never = new AbortController().signal;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-evaluate-"));
});
afterEach(() => rm(root, { recursive: true }));

async function runIn(
  folder: string,
  parts: Parts,
  options: { resume?: boolean; signal?: AbortSignal; kept?: () => void } = {},
) {
  const plan = (conditions: Parameters<typeof makePlan>[0]) => makePlan(conditions, COUNT, START.settings.batch);
  const run = options.resume
    ? await resumeRun(folder, START, unitSizes(plan(await createdConditions())))
    : await createRun(folder, START);
  const mismatches: number[] = [];
  try {
    const watcher = {
      mismatch: ({ sample }: SampleRecord) => mismatches.push(sample),
      ...(options.kept && { kept: options.kept }),
    };
    const records = await evaluate(run, plan(run.manifest.conditions), parts, options.signal ?? never, watcher);
    await run.close({ outcome: "complete" });
    return { records, mismatches, done: run.recordsDone.length };
  } catch (error) {
    await run.close({ outcome: "failed" });
    throw error;
  }
}

async function createdConditions() {
  const { conditionsOf } = await import("../../../host/data/index.js");
  return conditionsOf(START.settings, "int8");
}

/** Every file of a run but its manifest, as hex. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const files = [
    join(folder, "samples.jsonl"),
    ...(await readdir(join(folder, "inputs"))).sort().map((name) => join(folder, "inputs", name)),
  ];
  const entries = files.map(
    async (file) => [file.slice(folder.length), (await readFile(file)).toString("hex")] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

describe("evaluate", () => {
  it("records every sample under every condition, in plan order", async () => {
    const { records } = await runIn(join(root, "a"), fakeParts(fakeAsker(), fakeAsker()));
    const order = records.map(({ condition, sample }) => `${condition}:${sample}`);
    expect(order).toEqual([
      ..."0:100 0:101 0:102 0:103 0:104 0:105 0:106".split(" "),
      ..."1:100 1:101 1:102 2:100 2:101 2:102".split(" "),
      ..."1:103 1:104 1:105 2:103 2:104 2:105".split(" "),
      ..."1:106 2:106".split(" "),
    ]);
  });

  it("tells apart what rounding alone did", async () => {
    const { records } = await runIn(join(root, "a"), fakeParts(fakeAsker(), fakeAsker({ instructions: 5000 })));
    const at = (condition: number, sample: number) =>
      records.find((record) => record.condition === condition && record.sample === sample);
    // 127/255 in each value: 0.4 of a step pushes the float sum over the border nowhere, 2 steps do.
    expect(at(1, 101)?.predictions).toEqual({ float: 0, grid: 0, native: 0, device: 0 });
    expect(at(2, 101)?.predictions).toEqual({ float: 1, grid: 1, native: 1, device: 1 });
    expect(at(1, 101)?.logits?.grid).toEqual(at(0, 101)?.logits?.grid);
    expect(at(1, 101)?.logits?.float).not.toEqual(at(0, 101)?.logits?.float);
    expect(at(1, 101)?.distortion?.before.linf).toBeCloseTo(0.4 / 255, 6);
    expect(at(1, 101)?.distortion?.after).toEqual({ l0: 0, l1: 0, l2: 0, linf: 0 });
    expect(at(2, 101)).toMatchObject({
      above_eps: false,
      instructions: 1101,
      measured_on: "emulator",
      mode: "exclusive",
      passes: { forward: 1, backward: 1 },
    });
    expect(at(0, 101)).not.toHaveProperty("distortion");
  });

  it("gives the same bytes however many processes answer, and in whatever order", async () => {
    await runIn(join(root, "one"), fakeParts(fakeAsker({ processes: 1 }), fakeAsker()));
    await runIn(join(root, "many"), fakeParts(fakeAsker({ processes: 3, jitter: true }), fakeAsker({ jitter: true })));
    expect(await bytesOf(join(root, "many"))).toEqual(await bytesOf(join(root, "one")));
  });

  it("says where native and device disagree, and records both", async () => {
    const device = fakeAsker({ twist: (sample) => (sample === 103 ? 1 : 0) });
    const { mismatches, records } = await runIn(join(root, "a"), fakeParts(device, fakeAsker()));
    expect(mismatches).toEqual([103, 103, 103]);
    const odd = records.find(({ sample }) => sample === 103);
    expect(odd?.outputs?.device).not.toBe(odd?.outputs?.native);
  });

  it("asks one engine only where the board is the native build", async () => {
    const { records } = await runIn(join(root, "a"), fakeParts(fakeAsker()));
    expect(
      records.every(({ predictions, outputs }) => predictions.native === undefined && outputs?.native === undefined),
    ).toBe(true);
  });

  it.each([0, 2, 3, 8, 12, 20])(
    "loses nothing when the device is lost after %d answers, and resumes to the same bytes",
    async (answers) => {
      await runIn(join(root, "whole"), fakeParts(fakeAsker(), fakeAsker()));
      const lost = new McuEvalError("DEVICE_LOST", "gone");
      const broken = fakeAsker({
        processes: 1,
        before: (_, count) => {
          if (count === answers) throw lost;
        },
      });
      await expect(runIn(join(root, "cut"), fakeParts(broken, fakeAsker()))).rejects.toBe(lost);
      const { done } = await runIn(join(root, "cut"), fakeParts(fakeAsker(), fakeAsker()), { resume: true });
      expect(done).toBeLessThanOrEqual(answers);
      expect(done).toBeGreaterThan(answers - START.settings.batch);
      expect(await bytesOf(join(root, "cut"))).toEqual(await bytesOf(join(root, "whole")));
    },
  );

  it("stops when it is told to, keeps whole units, and resumes", async () => {
    await runIn(join(root, "whole"), fakeParts(fakeAsker(), fakeAsker()));
    const controller = new AbortController();
    let kept = 0;
    const stopAtFive = () => {
      if (++kept === 5) controller.abort();
    };
    // Answers five units of 13 samples, then hangs.
    const hanging = fakeAsker({
      jitter: true,
      before: (_, count) => (count < 15 ? undefined : new Promise(() => undefined)),
    });
    const cut = runIn(join(root, "cut"), fakeParts(hanging, fakeAsker()), {
      signal: controller.signal,
      kept: stopAtFive,
    });
    await expect(cut).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(kept).toBe(5);
    const { done } = await runIn(join(root, "cut"), fakeParts(fakeAsker(), fakeAsker()), { resume: true });
    expect(done).toBe(13);
    expect(await bytesOf(join(root, "cut"))).toEqual(await bytesOf(join(root, "whole")));
  });

  it("shouts at an attack that leaves its ball, and keeps nothing of it", async () => {
    const parts = fakeParts(fakeAsker(), fakeAsker());
    const cheat: Parts["generators"][number] = async ({ units }, clean) => ({
      batches: units.map(() => ({ data: clean.data.map((value) => value + 0.01), shape: clean.shape })),
    });
    await expect(runIn(join(root, "a"), { ...parts, generators: [cheat] })).rejects.toThrow(/left its ball/);
    const lines = (await readFile(join(root, "a", "samples.jsonl"), "utf8")).trim().split("\n");
    expect(lines.every((line) => (JSON.parse(line) as SampleRecord).attack === "none")).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("judges nothing by a logit of %d", async (value) => {
    const parts = fakeParts(fakeAsker(), fakeAsker());
    const broken = async (x: Batch) => {
      const logits = await parts.model.logits(x);
      logits.data[3] = value;
      return logits;
    };
    const done = runIn(join(root, "a"), { ...parts, model: { ...parts.model, logits: broken } });
    await expect(done).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringMatching(/float model linear gives the logit (NaN|Infinity) for row 1 of the run \(none\)/),
    });
  });

  it("asks the clean input where the attack gave up", async () => {
    const parts = fakeParts(fakeAsker(), fakeAsker());
    const hopeless: Parts["generators"][number] = async ({ units }, clean) => ({
      batches: units.map(() => ({ data: clean.data.map(() => Number.NaN), shape: clean.shape })),
    });
    const { records } = await runIn(join(root, "a"), { ...parts, generators: [hopeless] });
    const clean = records.filter(({ condition }) => condition === 0);
    const attacked = records.filter(({ condition }) => condition === 1);
    expect(attacked.every(({ gave_up }) => gave_up === true)).toBe(true);
    expect(attacked.map(({ predictions }) => predictions)).toEqual(clean.map(({ predictions }) => predictions));
  });
});
