import { expect, it } from "vitest";
import { fromTanhSpace } from "../../../../host/attacks/parts/tanh-space.js";

const CLEAN = Float32Array.of(-1, -0.999, -0.3, 0, 0.7, 2.999, 3);

function at(d: number): { point: Float32Array; slope: Float32Array } {
  const point = new Float32Array(CLEAN.length);
  const slope = new Float32Array(CLEAN.length);
  fromTanhSpace(CLEAN, new Float32Array(CLEAN.length).fill(d), [-1, 3], 0.9, point, slope);
  return { point, slope };
}

it("is the clean sample exactly where nothing moved, with a slope everywhere", () => {
  const { point, slope } = at(0);
  expect(point).toEqual(CLEAN);
  expect(slope.every((value) => value > 0.1)).toBe(true);
});

it.each([-0.4, 0.2, 0.9, -3])("is tanh(w0 + d) at d = %s, within the bounds", (d) => {
  at(d).point.forEach((value, i) => {
    const clean = CLEAN[i] as number;
    const origin = (0.9 * (clean - 1)) / 2;
    const wanted = clean + 2 * (Math.tanh(Math.atanh(origin) + d) - origin);
    expect(value).toBeCloseTo(Math.min(3, Math.max(-1, wanted)), 5);
  });
});

it("has the slope of finite differences", () => {
  const { slope } = at(0.2);
  const [up, down] = [at(0.21).point, at(0.19).point];
  for (const i of [1, 2, 3, 4]) expect(slope[i]).toBeCloseTo(((up[i] as number) - (down[i] as number)) / 0.02, 3);
});

it.each([1e4, -1e4])("stays in the bounds at d = %s", (d) => {
  expect(at(d).point.every((value) => value >= -1 && value <= 3)).toBe(true);
});
