import { expect, it } from "vitest";
import type { Batch } from "../../../host/core/index.js";
import { quantizationShift } from "../../../host/metrics/index.js";

const logits = (...rows: number[][]): Batch => ({ data: Float32Array.from(rows.flat()), shape: [rows.length, 3] });

it("is the Euclidean norm of the logits' difference, and its mean", () => {
  const shift = quantizationShift(logits([1, 2, 3], [0, 0, 0]), logits([1, 5, -1], [0, 0, 2]));
  expect(Array.from(shift.norms)).toEqual([5, 2]);
  expect(shift.mean).toBe(3.5);
});

it("has no mean of no samples", () => {
  expect(quantizationShift(logits(), logits())).toEqual({ norms: new Float64Array(), mean: null });
});

it("refuses other shapes and logits that are no numbers", () => {
  expect(() => quantizationShift(logits([1, 2, 3]), logits([1, 2, 3], [1, 2, 3]))).toThrow("expected [1, 3]");
  expect(() => quantizationShift(logits([1, 2, 3]), logits([1, Number.NaN, 3]))).toThrow("the logits of sample 0");
});
