import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type MeasureRecord, readMeasures, writeMeasures } from "../../../host/data/index.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-measures-"));
});
afterEach(() => rm(root, { recursive: true }));

const DENSITY = { zeros: 0.25, near_zeros: 1 };
const RECORDS: readonly MeasureRecord[] = [
  { sample: 3, set: "gradients", float: DENSITY, twin: DENSITY, cosine: -0.5 },
  { sample: 3, set: "gradients", float: DENSITY },
  { sample: 3, set: "estimates", zoo: { float: DENSITY, native_output: DENSITY }, geoda: {} },
  { sample: 3, set: "shift", condition: 0, l2: 0.125 },
  { sample: 3, set: "boundary", condition: 2, float: { l2: 0, linf: 0 } },
];

it("measures come back as they were written", async () => {
  await writeMeasures(root, RECORDS);
  expect(await readMeasures(root)).toEqual(RECORDS);
});

it("no measures leave an empty file", async () => {
  await writeMeasures(root, []);
  expect(await readMeasures(root)).toEqual([]);
});

it.each([
  ["a share above 1", { sample: 0, set: "gradients", float: { zeros: 1.5, near_zeros: 1 } }],
  ["a set nobody knows", { sample: 0, set: "hessian", float: DENSITY }],
  ["an oracle nobody knows", { sample: 0, set: "estimates", zoo: { device: DENSITY }, geoda: {} }],
  ["a shift without a length", { sample: 0, set: "shift", condition: 0 }],
])("%s is refused", async (_, record) => {
  await expect(writeMeasures(root, [record as MeasureRecord])).rejects.toMatchObject({ code: "FILE_INVALID" });
});
