import { describe, expect, it } from "vitest";
import { type Grid, parseEps, stepsWithin } from "../../../host/core/index.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };

describe("parseEps", () => {
  it.each([
    { text: "8/255", value: 8 / 255 },
    { text: "0.4/255", value: 0.4 / 255 },
    { text: "0.03", value: 0.03 },
    { text: ".5", value: 0.5 },
    { text: "2e-3", value: 0.002 },
    { text: "0", value: 0 },
    { text: " 1/255 ", value: 1 / 255 },
  ])("reads $text", ({ text, value }) => {
    expect(parseEps(text)).toEqual({ entered: text.trim(), value });
  });

  it("reads steps of a grid", () => {
    expect(parseEps("8lsb", GRID).value).toBeCloseTo(8 / 255, 8);
    expect(parseEps("0.5LSB", GRID).value).toBeCloseTo(0.5 / 255, 8);
  });

  it("asks for another form where there is no grid", () => {
    expect(() => parseEps("8lsb")).toThrow(expect.objectContaining({ code: "EPS_INVALID" }));
  });

  it.each([
    "-1/255",
    "-0.1",
    "",
    "eps",
    "8/",
    "/255",
    "1/0",
    "8 /255",
    "1,5",
    "Infinity",
    "NaN",
    "1e999",
    "0x10",
    "8lsbs",
  ])("refuses %j", (text) => {
    expect(() => parseEps(text, GRID)).toThrow(
      expect.objectContaining({ code: "EPS_INVALID", exitCode: 2, message: expect.stringContaining(`"${text}"`) }),
    );
  });
});

describe("stepsWithin", () => {
  it.each([
    { eps: 0.4 / 255, steps: 0 },
    { eps: 0.999 / 255, steps: 0 },
    { eps: 1 / 255, steps: 1 },
    { eps: 4 / 255, steps: 4 },
    { eps: 4.9 / 255, steps: 4 },
  ])("$eps holds $steps whole steps of 1/255", ({ eps, steps }) => {
    expect(stepsWithin(eps, GRID)).toBe(steps);
  });
});
