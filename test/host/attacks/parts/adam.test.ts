import { expect, it } from "vitest";
import { adamStep, momentsOf, resetMoments } from "../../../../host/attacks/parts/adam.js";

it("steps by the rate along the gradient's sign at first", () => {
  const position = Float32Array.of(1, 1, 1);
  adamStep(position, Float32Array.of(5, -0.001, 0), momentsOf(3), 1, 0.1);
  expect(Array.from(position)).toEqual([expect.closeTo(0.9, 5), expect.closeTo(1.1, 4), 1]);
});

it("follows the algorithm's second step", () => {
  const position = Float32Array.of(0);
  const moments = momentsOf(1);
  adamStep(position, Float32Array.of(1), moments, 1, 0.1);
  adamStep(position, Float32Array.of(-3), moments, 2, 0.1);
  const mean = (0.9 * 0.1 + 0.1 * -3) / (1 - 0.81);
  const square = (0.999 * 0.001 + 0.001 * 9) / (1 - 0.999 ** 2);
  expect(position[0]).toBeCloseTo(-0.1 - (0.1 * mean) / Math.sqrt(square), 6);
  resetMoments(moments);
  expect(moments).toEqual(momentsOf(1));
});
