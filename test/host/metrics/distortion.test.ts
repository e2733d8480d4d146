import { expect, it } from "vitest";
import { distortionOf, normOf } from "../../../host/metrics/index.js";

const clean = Float32Array.of(0, 0.5, 1, 0.25);
const changed = Float32Array.of(0.25, 0.5, 0.5, 0.5);

it("measures all norms of the difference", () => {
  expect(distortionOf(clean, changed)).toEqual({ l0: 3, l1: 1, l2: Math.sqrt(0.375), linf: 0.5 });
  expect(normOf("l1", clean, changed)).toBe(1);
});

it("is 0 for equal samples and refuses other lengths", () => {
  expect(distortionOf(clean, clean)).toEqual({ l0: 0, l1: 0, l2: 0, linf: 0 });
  expect(() => distortionOf(clean, changed.subarray(1))).toThrow(/3 values, expected 4/);
});
