import { describe, expect, it } from "vitest";
import { distanceBetween, distanceToCorner, lengthOf } from "../../../../host/attacks/parts/length.js";
import { projectionIn } from "../../../../host/attacks/parts/lp-projection.js";
import { NORMS, type Norm, openStream } from "../../../../host/core/index.js";

const SIZE = 40;

function draw(name: string, trial: number): Float32Array {
  const rng = openStream(3, "projection", name, trial);
  // Rounded, so that there are ties.
  return Float32Array.from({ length: SIZE }, () => Math.round(8 * rng.normal()) / 8);
}

function projected(norm: Norm, point: Float32Array, clean: Float32Array, radius: number): Float32Array {
  const out = point.slice();
  projectionIn(norm, point.length)(out, clean, radius);
  return out;
}

const norms = NORMS.map((norm) => [norm, norm === "l0" ? 7 : 1.5] as const);

describe.each(norms)("onto the %s ball of radius %d", (norm, radius) => {
  const trials = Array.from({ length: 30 }, (_, trial) => trial);

  it("ends on its surface, and again where it is", () => {
    for (const trial of trials) {
      const [clean, point] = [draw("clean", trial), draw("point", trial)];
      const once = projected(norm, point, clean, radius);
      expect(distanceBetween(once, clean, norm)).toBeCloseTo(radius, 5);
      const twice = projected(norm, once, clean, radius);
      expect(distanceBetween(once, twice, "linf")).toBeLessThan(1e-6);
    }
  });

  it("leaves a point inside alone", () => {
    const clean = draw("clean", 0);
    const inside = clean.map((value, e) => (e === 5 ? value + 0.25 : value));
    expect(projected(norm, inside, clean, radius)).toEqual(inside);
  });

  it("goes nowhere from the ball of radius 0", () => {
    expect(projected(norm, draw("point", 1), draw("clean", 1), 0)).toEqual(draw("clean", 1));
  });

  it("is nearer than any other point of the ball", () => {
    for (const trial of trials) {
      const [clean, point] = [draw("clean", trial), draw("point", trial)];
      const nearest = distanceBetween(projected(norm, point, clean, radius), point, "l2");
      for (const other of trials.slice(0, 10)) {
        const inside = projected(norm, draw("other", other), clean, radius);
        expect(nearest).toBeLessThanOrEqual(distanceBetween(inside, point, "l2") + 1e-5);
      }
    }
  });
});

it("l1 lowers every difference by one threshold", () => {
  // 3 + 2 + 1 + 0.5 in a ball of 3: the threshold is 1, where 2 + 1 are left.
  const point = Float32Array.of(3, -2, 1, 0.5);
  expect(projected("l1", point, new Float32Array(4), 3)).toEqual(Float32Array.of(2, -1, 0, 0));
});

it("l0 keeps the largest differences, of equal ones the first", () => {
  const point = Float32Array.of(1, -3, 2, 2, 2, 0);
  expect(projected("l0", point, new Float32Array(6), 3)).toEqual(Float32Array.of(0, -3, 2, 2, 0, 0));
});

it("lengths of one row", () => {
  const vector = Float32Array.of(3, 0, -4);
  const lengths = { l0: 2, l1: 7, l2: 5, linf: 4 };
  for (const norm of NORMS) {
    expect(lengthOf(vector, norm)).toBe(lengths[norm]);
    expect(distanceBetween(vector, Float32Array.of(0, 0, 0), norm)).toBe(lengths[norm]);
  }
  expect(distanceToCorner(Float32Array.of(0.25, 0.5, 1), [0, 1], "l1")).toBe(2.25);
});
