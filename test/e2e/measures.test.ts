/** The measures of a small run of the real network on the native build. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type MeasureRecord, type MeasuresRecord, type RunManifest, readMeasures } from "../../host/data/index.js";
import { MAIN, start } from "./process.js";

const N = 10;

let root: string;
let folder: string;
let measures: MeasuresRecord;
let records: MeasureRecord[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-measures-"));
  folder = join(root, "run");
  const args = ["run", "--board", "native", "-n", String(N), "--attack", "fgsm:eps=2/255", "--attack", "deepfool"];
  const { ended } = start([process.execPath, MAIN, ...args, "--measures", "--out", folder]);
  const { code, err } = await ended;
  if (code !== 0) throw new Error(err);
  measures = (JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunManifest).measures as MeasuresRecord;
  records = await readMeasures(folder);
}, 300_000);
afterAll(() => rm(root, { recursive: true }));

const medianOf = (measure: string, of: string): number =>
  measures.summary.find((row) => row.measure === measure && row.of === of)?.median as number;

it("the twin's gradients point nearly where float's do", () => {
  expect(measures.notes).toBeUndefined();
  expect(medianOf("gradient_cosine", "float,twin")).toBeGreaterThan(0.8);
  expect(medianOf("gradient_zeros", "twin")).toBeLessThan(0.1);
});

it("quantised scores hide derivatives, those of the softmax more than those before it", () => {
  const [float, native, output] = ["float", "native", "native_output"].map((of) => medianOf("zoo_zeros", of));
  expect(float).toBeLessThan(0.1);
  expect(native).toBeGreaterThan(0.2);
  expect(output).toBeGreaterThan(native as number);
});

it("deepfool's way is bisected back to the boundary, on float to less than it found itself", () => {
  const lines = readFileSync(join(folder, "samples.jsonl"), "utf8").trim().split("\n");
  const found = new Map<number, number>();
  for (const line of lines) {
    const record = JSON.parse(line);
    if (record.attack === "deepfool") found.set(record.sample, record.distortion.before.l2);
  }
  // What float has wrong is moved by fgsm alone.
  const boundaries = records.filter((record) => record.set === "boundary" && record.float?.l2 !== 0);
  expect(boundaries.length).toBeGreaterThan(N / 2);
  for (const record of boundaries) {
    if (record.set !== "boundary") continue;
    const { sample, condition, float, grid, native } = record;
    expect(condition).toBe(2);
    expect(float?.l2).toBeLessThanOrEqual((found.get(sample) as number) * 1.0001);
    // Whole steps: any point that is not the clean one is at least one step away.
    for (const onGrid of [grid, native]) {
      expect(onGrid).toBeDefined();
      const steps = (onGrid?.linf as number) * 255;
      expect(steps).toBeCloseTo(Math.round(steps), 3);
    }
  }
});

it("the shift of the logits is that of the twin's rounding: not nothing, and small beside the logits", () => {
  const shifts = records.filter((record) => record.set === "shift");
  expect(new Set(shifts.map(({ condition }) => condition))).toEqual(new Set([0, 1, 2]));
  for (const { l2 } of shifts) expect(l2).toBeGreaterThan(0);
  expect(
    measures.summary
      .filter(({ measure }) => measure === "quantization_shift")
      .every(({ median }) => (median as number) < 3),
  ).toBe(true);
});
