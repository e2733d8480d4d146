import { describe, expect, it } from "vitest";
import type { MeasureRecord, SampleRecord } from "../../../host/data/index.js";
import { bestCondition } from "../../../host/eval/measure-boundary.js";
import { summarizeMeasures } from "../../../host/eval/measures-summary.js";

const at = (l2: number) => ({ l2, linf: l2 / 2 });
const boundary = (sample: number, float?: number, native?: number): MeasureRecord => ({
  sample,
  set: "boundary",
  condition: 1,
  ...(float !== undefined && { float: at(float) }),
  ...(native !== undefined && { native: at(native) }),
});
const find = (records: readonly MeasureRecord[], measure: string, of: string) =>
  summarizeMeasures(records).find((row) => row.measure === measure && row.of === of);

describe("distances to the boundary", () => {
  // 0 is wrong on float when clean; nothing fools native on 3.
  const records = [boundary(0, 0, 8), boundary(1, 1, 2), boundary(2, 3, 1), boundary(3, 5)];

  it("leave out what an engine has wrong, and count what is not fooled as infinitely far", () => {
    expect(find(records, "boundary_l2", "float")).toEqual({
      measure: "boundary_l2",
      of: "float",
      n: 3,
      mean: 3,
      median: 3,
      missing: 0,
    });
    // 1, 2, 8 and infinity.
    expect(find(records, "boundary_l2", "native")).toMatchObject({ n: 3, median: 5, missing: 1 });
    expect(find(records, "boundary_linf", "native")).toMatchObject({ n: 3, median: 2.5, missing: 1 });
  });

  it("have no median where half are not fooled", () => {
    const half = [boundary(0, 1), boundary(1, 1, 1)];
    expect(find(half, "boundary_l2", "native")).toEqual({
      measure: "boundary_l2",
      of: "native",
      n: 1,
      mean: 1,
      missing: 1,
    });
  });

  it("are paired where both have one", () => {
    expect(find(records, "boundary_difference", "float,native")).toMatchObject({
      n: 2,
      mean: -0.5,
      median: -0.5,
      above: 1,
      below: 1,
    });
    const controlled = records.map((record) => ({ ...record, grid: at(2) }) as MeasureRecord);
    // 8, 2 and 1 against 2.
    expect(find(controlled, "boundary_difference", "grid,native")).toMatchObject({
      n: 3,
      median: 0,
      above: 1,
      below: 1,
    });
  });
});

it("what was not measured has no row", () => {
  const density = { zeros: 0.5, near_zeros: 0.75 };
  const rows = summarizeMeasures([
    { sample: 0, set: "gradients", float: density },
    { sample: 0, set: "shift", condition: 4, l2: 2 },
    { sample: 1, set: "shift", condition: 4, l2: 4 },
  ]);
  expect(rows).toEqual([
    { measure: "gradient_zeros", of: "float", n: 1, mean: 0.5, median: 0.5 },
    { measure: "gradient_near_zeros", of: "float", n: 1, mean: 0.75, median: 0.75 },
    { measure: "quantization_shift", of: "float,native", condition: 4, n: 2, mean: 3, median: 3 },
  ]);
});

describe("the best way to a boundary", () => {
  const record = (
    condition: number,
    l2: number,
    isFooling: boolean,
    extra: Partial<SampleRecord> = {},
  ): SampleRecord => {
    const norms = { l0: 1, l1: l2, l2, linf: l2 };
    return {
      sample: 0,
      condition,
      attack: "any",
      label: 0,
      predictions: { float: isFooling ? 1 : 0 },
      distortion: { before: norms, after: norms },
      ...extra,
    };
  };
  const eps = { eps: { entered: "1/255", value: 1 / 255 } };
  const clean: SampleRecord = { sample: 0, condition: 0, attack: "none", label: 0, predictions: { float: 0 } };

  it("is the shortest that a smallest-perturbation attack found", () => {
    const own = [clean, record(1, 0.1, true, eps), record(2, 3, true), record(3, 2, true), record(4, 1, false)];
    expect(bestCondition(own)).toBe(3);
  });

  it("else the shortest that fools within a budget, else the longest", () => {
    const budgets = [record(1, 1, false, eps), record(2, 2, true, eps), record(3, 3, true, eps)];
    expect(bestCondition([clean, ...budgets])).toBe(2);
    expect(bestCondition([clean, record(1, 1, false, eps), record(2, 2, false, eps)])).toBe(2);
  });

  it("is none where nothing moved, or the attack gave up", () => {
    expect(bestCondition([clean, record(1, 0, true), record(2, 2, true, { gave_up: true })])).toBeNull();
  });
});
