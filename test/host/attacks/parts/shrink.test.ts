import { expect, it } from "vitest";
import { shrinkTowards } from "../../../../host/attacks/parts/shrink.js";

it.each([
  // clean, value, expected: equation 5 of EAD, threshold 0.25 in [0, 1]
  ["beyond the threshold above", 0.25, 0.75, 0.5],
  ["beyond the threshold below", 0.75, 0.25, 0.5],
  ["within the threshold above", 0.25, 0.375, 0.25],
  ["within the threshold below", 0.25, 0.125, 0.25],
  ["at the threshold", 0.25, 0.5, 0.25],
  ["unmoved", 0.5, 0.5, 0.5],
  ["beyond the upper bound", 0.5, 1.5, 1],
  ["beyond the lower bound", 0.5, -0.5, 0],
])("%s", (_, clean, value, expected) => {
  const out = new Float32Array(1);
  shrinkTowards(Float32Array.of(clean), Float32Array.of(value), 0.25, [0, 1], out);
  expect(out[0]).toBe(expected);
});
