import { describe, expect, it } from "vitest";
import { duration, roughDuration } from "../../../host/core/index.js";

describe("duration", () => {
  it.each([
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [7800, "2 h 10 min"],
  ])("%d is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("roughDuration", () => {
  it.each([
    [0.000284, "0.28 ms"],
    [0.704, "704 ms"],
    [9.96, "10 s"],
    [94, "1.6 min"],
    [14_080, "3.9 h"],
    [352_000, "98 h"],
  ])("%d s is %s", (seconds, text) => {
    expect(roughDuration(seconds)).toBe(text);
  });
});
