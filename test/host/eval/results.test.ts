import { describe, expect, it } from "vitest";
import type { ResultRecord, SampleRecord } from "../../../host/data/index.js";
import { resultsOf } from "../../../host/eval/results.js";

type Classes = readonly [label: number, float: number, grid: number, native: number, device: number];

const recordsOf = (condition: number, rows: readonly Classes[]): SampleRecord[] =>
  rows.map(([label, float, grid, native, device], sample) => ({
    sample,
    condition,
    attack: condition === 0 ? "none" : "pgd",
    ...(condition === 0
      ? {}
      : { goal: "untargeted" as const, norm: "linf" as const, eps: { entered: "1/255", value: 1 / 255 } }),
    label,
    predictions: { float, grid, native, device },
    outputs: { native: `0${native}`, device: `0${device}` },
  }));

// Sample 3 is wrong on the device from the start; sample 4 on float.
const CLEAN = recordsOf(0, [
  [1, 1, 1, 1, 1],
  [1, 1, 1, 1, 1],
  [2, 2, 2, 2, 2],
  [2, 2, 2, 0, 0],
  [0, 1, 0, 0, 0],
]);
const ATTACKED = recordsOf(1, [
  [1, 0, 1, 1, 1],
  [1, 0, 0, 0, 0],
  [2, 2, 2, 0, 0],
  [2, 0, 0, 0, 0],
  [0, 1, 1, 1, 1],
]);

const find = (results: readonly ResultRecord[], measure: string, engine: string, condition: number) =>
  results.find(
    (result) =>
      "engine" in result && result.measure === measure && result.engine === engine && result.condition === condition,
  );
const share = (result: ResultRecord | undefined) =>
  result && "numerator" in result ? `${result.numerator}/${result.denominator}` : undefined;

describe("resultsOf", () => {
  const results = resultsOf([...CLEAN, ...ATTACKED]);

  it.each([
    ["accuracy", "float", 0, "4/5"],
    ["accuracy", "grid", 0, "5/5"],
    ["accuracy", "native", 0, "4/5"],
    ["accuracy", "device", 0, "4/5"],
    ["attack_success", "device", 0, undefined],
    ["robust_accuracy", "float", 1, "1/5"],
    ["attack_success", "float", 1, "3/4"],
    ["transfer_rate", "float", 1, undefined],
    ["robust_accuracy", "device", 1, "1/5"],
    ["attack_success", "device", 1, "3/4"],
    // Eligible: samples 0 and 1. Sample 3 was wrong on the device, 4 on float, 2 did not fool float.
    ["transfer_rate", "device", 1, "1/2"],
    // Right on both when clean: samples 0, 1 and 2; float stays right on 2, where the device is fooled.
    ["evasion_rate", "device", 1, "1/3"],
    ["evasion_rate", "float", 1, undefined],
    ["mismatches", "device", 0, "0/5"],
    ["above_eps", "grid", 1, "0/5"],
    ["above_eps", "grid", 0, undefined],
    ["gave_up", "float", 1, "0/5"],
  ])("%s on %s under condition %d is %s", (measure, engine, condition, expected) => {
    expect(share(find(results, measure, engine, condition))).toBe(expected);
  });

  it("gives each share its interval", () => {
    // Wilson's 95 % interval of 1/5, as statsmodels' proportion_confint gives it.
    const found = find(results, "robust_accuracy", "device", 1) as { low: number; high: number };
    expect(found.low).toBeCloseTo(0.03622, 4);
    expect(found.high).toBeCloseTo(0.62445, 4);
  });

  it("tests float and grid control against the device", () => {
    expect(results.filter((result) => result.measure === "mcnemar" && result.condition === 1)).toEqual([
      { measure: "mcnemar", engines: ["float", "device"], condition: 1, b: 1, c: 1, p: 1 },
      { measure: "mcnemar", engines: ["grid", "device"], condition: 1, b: 1, c: 0, p: 1 },
    ]);
  });

  it("counts mismatches, norms above eps and samples given up", () => {
    const [first, ...rest] = ATTACKED as [SampleRecord, ...SampleRecord[]];
    const odd = { ...first, outputs: { native: "01", device: "02" }, above_eps: true, gave_up: true as const };
    const counted = resultsOf([...CLEAN, odd, ...rest]);
    expect(share(find(counted, "mismatches", "device", 1))).toBe("1/5");
    expect(share(find(counted, "above_eps", "grid", 1))).toBe("1/5");
    expect(share(find(counted, "gave_up", "float", 1))).toBe("1/5");
  });
});
