import { describe, expect, it } from "vitest";
import type { ConditionRecord, ResultRecord } from "../../../host/data/index.js";
import { checkRequirements, parseRequirement } from "../../../host/eval/requirement.js";

const inputs = { float: "f.npy", grid: "g.npy" };
const pgd = { attack: "pgd", step: 0, goal: "untargeted" as const, norm: "linf" as const, inputs };
const CONDITIONS: ConditionRecord[] = [
  { index: 0, attack: "none", inputs },
  { index: 1, ...pgd, eps: { entered: "1/255", value: 1 / 255, steps: 1 } },
  { index: 2, ...pgd, eps: { entered: "2/255", value: 2 / 255, steps: 2 } },
];
const rate = (measure: string, condition: number, numerator: number, denominator: number): ResultRecord => ({
  measure,
  engine: "device",
  condition,
  numerator,
  denominator,
  ...(denominator > 0 ? { value: numerator / denominator } : {}),
});
const RESULTS = [
  rate("accuracy", 0, 9, 10),
  rate("robust_accuracy", 1, 5, 10),
  rate("robust_accuracy", 2, 2, 10),
  rate("transfer_rate", 1, 0, 0),
  rate("mismatches", 0, 0, 10),
  rate("mismatches", 1, 0, 10),
  rate("mismatches", 2, 3, 10),
];

describe("parseRequirement", () => {
  it("reads engine, measure, attack, eps, comparison and bound", () => {
    expect(parseRequirement("device.robust_accuracy@pgd,1/255>=0.30")).toEqual({
      text: "device.robust_accuracy@pgd,1/255>=0.30",
      engine: "device",
      measure: "robust_accuracy",
      attack: "pgd",
      eps: "1/255",
      comparison: ">=",
      bound: 0.3,
    });
  });

  it("takes a percentage, spaces, and no attack", () => {
    expect(parseRequirement(" device.accuracy > 85% ")).toMatchObject({
      engine: "device",
      measure: "accuracy",
      bound: 0.85,
    });
    expect(parseRequirement("device.mismatches<=0")).toMatchObject({ comparison: "<=", bound: 0 });
  });

  it.each([
    "",
    "device",
    "device.accuracy",
    "device.accuracy=0.3",
    "device.accuracy>=x",
    "board.accuracy>=0.3",
    "device.speed>=1",
  ])("refuses %j", (text) => {
    expect(() => parseRequirement(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("parseRequirement, of what no run measures,", () => {
  it.each([
    ["float.transfer_rate@pgd<=0.5", "grid, native, device"],
    ["native.mismatches<=0", "device"],
    ["device.above_eps@pgd<=0", "grid"],
  ])("refuses %s and names the engines", (text, engines) => {
    expect(() => parseRequirement(text)).toThrow(
      expect.objectContaining({ code: "USAGE", hint: `It is measured of ${engines}.` }),
    );
  });
});

describe("checkRequirements", () => {
  it.each([
    ["device.accuracy>=0.9", 0.9, true],
    ["device.accuracy>0.9", 0.9, false],
    ["device.robust_accuracy@pgd,1/255>=0.5", 0.5, true],
    ["device.robust_accuracy@pgd,0.00392156862745098>=0.5", 0.5, true],
    ["device.robust_accuracy@pgd,2/255>=50%", 0.2, false],
    ["device.robust_accuracy<=0.4", 0.5, false],
    ["device.mismatches@pgd,1/255<=0", 0, true],
  ])("%s: %d, met %s", (text, value, met) => {
    expect(checkRequirements([parseRequirement(text)], CONDITIONS, RESULTS)).toEqual([{ text, value, met }]);
  });

  it("takes the least favourable of the conditions it covers", () => {
    expect(
      checkRequirements([parseRequirement("device.robust_accuracy@pgd>=0.1")], CONDITIONS, RESULTS)[0]?.value,
    ).toBe(0.2);
    expect(checkRequirements([parseRequirement("device.mismatches<=0")], CONDITIONS, RESULTS)[0]).toMatchObject({
      value: 3,
      met: false,
    });
  });

  it("is not met by what could not be measured", () => {
    for (const text of ["device.transfer_rate@pgd,1/255<=0.5", "native.accuracy>=0"]) {
      expect(checkRequirements([parseRequirement(text)], CONDITIONS, RESULTS)).toEqual([{ text, met: false }]);
    }
  });

  it("refuses a gate that covers nothing of the run", () => {
    for (const text of [
      "device.robust_accuracy@fgsm>=0",
      "device.robust_accuracy@pgd,8/255>=0",
      "device.accuracy@pgd>=0",
    ]) {
      expect(() => checkRequirements([parseRequirement(text)], CONDITIONS, RESULTS)).toThrow(/covers nothing/);
    }
  });
});
