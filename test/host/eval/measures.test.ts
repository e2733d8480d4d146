import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MeasureRecord, readMeasures } from "../../../host/data/index.js";
import { type RunOptions, runPlan } from "../../../host/eval/index.js";
import { fakeBoards, tinyData, tinyModel } from "./fake-board.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-measures-"));
});
afterEach(() => rm(root, { recursive: true }));

const N = 8;

/** Four values a sample, each 126 to 129 of 255, class 1 above a mean of 127.5: on float the sum decides, on the boards its integers. */
function run(folder: string, changes: Partial<RunOptions> = {}, attacks = [{ id: "fgsm", params: {} }]) {
  return runPlan({
    request: {
      board: "qemu-m7",
      model: "tiny",
      data: "tiny:test",
      offset: 0,
      n: N,
      attacks,
      ...(attacks.length > 0 && { eps: ["0.4/255", "3/255"] }),
      seed: 1,
      batch: 4,
      grid: false,
    },
    sources: { model: tinyModel, dataset: async () => tinyData(N) },
    out: join(root, folder),
    resume: false,
    jobs: 1,
    measures: true,
    requirements: [],
    signal: new AbortController().signal,
    listener: { note: () => undefined, warn: () => undefined, progress: () => undefined },
    open: fakeBoards().open,
    ...changes,
  });
}

const setOf = <S extends MeasureRecord["set"]>(records: readonly MeasureRecord[], set: S) =>
  records.filter((record): record is Extract<MeasureRecord, { set: S }> => record.set === set);

describe("a measured run", () => {
  it("finds the linear model's boundaries: half way between integers on float, at whole steps on native", async () => {
    const { manifest } = await run("a");
    const found = setOf(await readMeasures(join(root, "a")), "boundary");
    expect(found.map(({ condition }) => condition)).toEqual(new Array(N).fill(2));
    // From 126 and 129 it is 1.5 steps to 127.5, from 127 and 128 half a step; four values: twice that in l2.
    for (const [i, { float, grid, native }] of found.entries()) {
      const [steps, whole] = i % 4 === 0 || i % 4 === 3 ? [1.5, 2] : [0.5, 1];
      expect(float?.l2).toBeCloseTo((2 * steps) / 255, 5);
      expect(native?.l2).toBeCloseTo((2 * whole) / 255, 7);
      expect(native?.linf).toBeCloseTo(whole / 255, 7);
      expect(grid).toEqual(native);
    }
    const difference = manifest.measures?.summary.find(({ measure }) => measure === "boundary_difference");
    expect(difference).toMatchObject({ n: N, above: N, below: 0 });
    expect(difference?.median).toBeCloseTo(1 / 255, 5);
  });

  it("sees no vanishing gradient on float, one direction with the twin, and a native build that answers in classes alone", async () => {
    await run("a");
    const records = await readMeasures(join(root, "a"));
    const gradients = setOf(records, "gradients");
    expect(gradients).toHaveLength(N);
    for (const { float, twin, cosine } of gradients) {
      expect([float.zeros, twin?.zeros]).toEqual([0, 0]);
      expect(cosine).toBeCloseTo(1, 6);
    }
    const estimates = setOf(records, "estimates");
    expect(estimates).toHaveLength(N);
    for (const { zoo, geoda } of estimates) {
      expect(zoo.float?.zeros).toBe(0);
      // One step of one value never takes the sum across: the boards' bytes do not change.
      expect(zoo.native?.zeros).toBe(1);
      expect(zoo.native_output).toBeUndefined();
      expect(Object.keys(geoda)).toEqual(["float", "native"]);
    }
    // Clean and two budgets.
    expect(setOf(records, "shift")).toHaveLength(3 * N);
  });

  it("has the same bytes again, and where a complete run is measured later", async () => {
    await run("a");
    await run("b", { measures: false });
    await expect(readMeasures(join(root, "b"))).rejects.toMatchObject({ code: "FILE_MISSING" });
    const { manifest } = await run("b", { resume: true });
    const [first, later] = await Promise.all(
      ["a", "b"].map((name) => readFile(join(root, name, "measures.jsonl"), "utf8")),
    );
    expect(later).toBe(first);
    expect(manifest.measures?.settings).toMatchObject({ samples: N, zoo_elements: 4 });
    const again = await run("b", { resume: true, measures: false });
    expect(again.manifest.measures).toEqual(manifest.measures);
  });

  it("measures what it can of a run without attacks", async () => {
    const { manifest } = await run("a", {}, []);
    expect(manifest.measures?.notes).toEqual(["no attack moved a sample: there is no way to a decision boundary"]);
    const records = await readMeasures(join(root, "a"));
    expect(new Set(records.map(({ set }) => set))).toEqual(new Set(["gradients", "estimates", "shift"]));
    expect(setOf(records, "estimates").every(({ geoda }) => Object.keys(geoda).length === 0)).toBe(true);
  });
});
