import { describe, expect, it } from "vitest";
import { activationQuantization, INT8, INT16X8 } from "../../../host/tflite/scheme.js";

describe("activationQuantization", () => {
  it.each([
    { what: "pixels", range: { min: 0, max: 1 }, scale: 1 / 255, zeroPoint: -128 },
    { what: "a ReLU's output", range: { min: 0, max: 5.1 }, scale: 0.02, zeroPoint: -128 },
    { what: "values above 0, widened to hold it", range: { min: 2, max: 5.1 }, scale: 0.02, zeroPoint: -128 },
    { what: "values below 0, widened to hold it", range: { min: -5.1, max: -1 }, scale: 0.02, zeroPoint: 127 },
    { what: "-1 to 1", range: { min: -1, max: 1 }, scale: 2 / 255, zeroPoint: -1 },
    {
      what: "a zero that falls between two integers",
      range: { min: -0.502, max: 0.498 },
      scale: 1 / 255,
      zeroPoint: 0,
    },
    { what: "a quarter below 0", range: { min: -1, max: 3 }, scale: 4 / 255, zeroPoint: -64 },
    { what: "nothing but zeros", range: { min: 0, max: 0 }, scale: 1, zeroPoint: -128 },
  ])("maps $what", ({ range, scale, zeroPoint }) => {
    const quantization = activationQuantization(INT8, range);
    expect(quantization.zeroPoint).toEqual([zeroPoint]);
    expect(quantization.scale[0]).toBe(Math.fround(scale));
  });

  it.each([
    { range: { min: 0, max: 1 }, scale: 1 / 32767 },
    { range: { min: -3, max: 1 }, scale: 3 / 32767 },
    { range: { min: -1, max: 2 }, scale: 2 / 32767 },
    { range: { min: 0, max: 0 }, scale: 1 },
    // Its scale would be 0 in float32.
    { range: { min: 0, max: 1e-42 }, scale: 1 },
  ])("maps $range symmetrically to 16 bits", ({ range, scale }) => {
    expect(activationQuantization(INT16X8, range)).toEqual({ scale: [Math.fround(scale)], zeroPoint: [0], axis: 0 });
  });
});
