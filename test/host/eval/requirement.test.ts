import { describe, expect, it } from "vitest";
import { parseRequirement, satisfies } from "../../../host/eval/requirement.js";

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

describe("satisfies", () => {
  it.each([
    ["device.accuracy>=0.5", 0.5, true],
    ["device.accuracy>0.5", 0.5, false],
    ["device.accuracy<=0.5", 0.5, true],
    ["device.accuracy<0.5", 0.5, false],
  ])("%s at %d is %s", (text, value, expected) => {
    expect(satisfies(parseRequirement(text), value)).toBe(expected);
  });
});
