import { describe, expect, it } from "vitest";
import type { Batch } from "../../../host/core/index.js";
import { gradientCosine, zeroDensity } from "../../../host/metrics/index.js";

const rows = (...values: number[][]): Batch => ({
  data: Float32Array.from(values.flat()),
  shape: [values.length, values[0]?.length ?? 0],
});

describe("zero-density", () => {
  const gradients = rows([0, -0, 1e-3, -1e-3], [2, -1e-4, 0, Number.NaN], [1, 2, 3, 4]);

  it("counts entries up to tau, of either sign", () => {
    expect(Array.from(zeroDensity(gradients, 0))).toEqual([0.5, 0.25, 0]);
    expect(Array.from(zeroDensity(gradients, 5e-4))).toEqual([0.5, 0.5, 0]);
    expect(Array.from(zeroDensity(gradients, Math.fround(1e-3)))).toEqual([1, 0.5, 0]);
    expect(Array.from(zeroDensity(gradients, 2))).toEqual([1, 0.75, 0.5]);
  });

  it("refuses a tau that is no threshold", () => {
    expect(() => zeroDensity(gradients, -1)).toThrow("tau is -1");
    expect(() => zeroDensity(gradients, Number.NaN)).toThrow("tau is NaN");
  });
});

describe("the cosine of gradients", () => {
  it("is that of the angle between them, whatever their lengths", () => {
    const first = rows([1, 0], [1, 1], [3, 4], [2, 0], [1, Math.sqrt(3)]);
    const second = rows([0, 5], [7, 7], [-3, -4], [1, 1], [1, 0]);
    const expected = [0, 1, -1, Math.SQRT1_2, 0.5];
    for (const [i, value] of gradientCosine(first, second).entries())
      expect(value).toBeCloseTo(expected[i] as number, 6);
  });

  it("holds for gradients whose squares underflow or overflow", () => {
    const [tiny, huge] = gradientCosine(rows([1e-38, 1e-38], [1e38, 0]), rows([1e-38, 0], [1e38, 1e38]));
    expect(tiny).toBeCloseTo(Math.SQRT1_2, 6);
    expect(huge).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("is absent where a gradient has no direction", () => {
    const first = rows([0, 0], [1, 2], [1, Number.NaN], [Number.POSITIVE_INFINITY, 1]);
    const second = rows([1, 2], [0, 0], [1, 2], [1, 2]);
    expect(gradientCosine(first, second)).toEqual([null, null, null, null]);
  });

  it("refuses gradients of other shapes", () => {
    expect(() => gradientCosine(rows([1, 2]), rows([1, 2, 3]))).toThrow("the second gradient has shape [1, 3]");
  });
});
