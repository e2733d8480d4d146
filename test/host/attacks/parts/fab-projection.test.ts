import { describe, expect, it } from "vitest";
import { projectionScratch, projectOntoHyperplane } from "../../../../host/attacks/parts/fab-projection.js";
import { openStream } from "../../../../host/core/index.js";

type Norm = "linf" | "l2";

const sizeOf = (values: ArrayLike<number>, norm: Norm): number =>
  norm === "linf" ? Math.max(...Array.from(values, Math.abs)) : Math.hypot(...Array.from(values));

function project(point: number[], normal: number[], gap: number, norm: Norm): { move: Float64Array; length: number } {
  const move = new Float64Array(point.length);
  const scratch = projectionScratch(point.length);
  const length = projectOntoHyperplane(
    Float32Array.from(point),
    Float32Array.from(normal),
    gap,
    norm,
    [0, 1],
    move,
    scratch,
  );
  return { move, length };
}

/**
 * The published way: sort the multipliers at which elements reach their bounds, and look through the
 * pieces between them.
 */
function bySorting(point: number[], normal: number[], gap: number, norm: Norm): number {
  const weights = normal.map((w) => Math.sign(gap) * w);
  const parts = weights.map((w, i) => {
    const room = w > 0 ? (point[i] as number) : 1 - (point[i] as number);
    const size = Math.abs(w);
    return norm === "linf" ? { slope: size, cap: room } : { slope: size ** 2, cap: size > 0 ? room / size : 0 };
  });
  const closedAt = (m: number): number => parts.reduce((sum, { slope, cap }) => sum + slope * Math.min(m, cap), 0);
  const caps = parts.map(({ cap }) => cap).sort((a, b) => a - b);
  let low = 0;
  for (const cap of caps) {
    if (closedAt(cap) >= Math.abs(gap)) {
      const [from, to] = [closedAt(low), closedAt(cap)];
      return low + ((Math.abs(gap) - from) / (to - from)) * (cap - low);
    }
    low = cap;
  }
  return Number.POSITIVE_INFINITY;
}

describe.each(["linf", "l2"] as const)("%s", (norm) => {
  it("agrees with the published sort on random points, at bounds and far from them", () => {
    const rng = openStream(2, "fab projection", norm);
    for (let trial = 0; trial < 300; trial++) {
      const size = 1 + rng.int(40);
      const point = Array.from({ length: size }, () => Math.fround(Math.min(1, Math.max(0, rng.uniform(-0.3, 1.3)))));
      const normal = Array.from({ length: size }, () => (rng.int(6) === 0 ? 0 : Math.fround(rng.normal())));
      const gap = 0.3 * size * rng.normal();
      const { move, length } = project(point, normal, gap, norm);
      const multiplier = bySorting(point, normal, gap, norm);
      const weights = normal.map((w) => Math.sign(gap) * w);
      for (let i = 0; i < size; i++) {
        const w = weights[i] as number;
        const room = w > 0 ? (point[i] as number) : 1 - (point[i] as number);
        const reach = norm === "linf" ? multiplier : multiplier * Math.abs(w);
        expect(move[i]).toBeCloseTo(w === 0 ? 0 : -Math.sign(w) * Math.min(reach, room), 6);
      }
      expect(length).toBeCloseTo(sizeOf(move, norm), 9);
      if (Number.isFinite(multiplier)) {
        const closed = normal.reduce((sum, w, i) => sum + w * (move[i] as number), 0);
        expect(closed).toBeCloseTo(-gap, 6);
      }
    }
  });

  it("no shorter way to the hyperplane is found by trying", () => {
    const rng = openStream(4, "fab shorter", norm);
    for (let trial = 0; trial < 20; trial++) {
      const point = Array.from({ length: 3 }, () => Math.fround(rng.uniform()));
      const normal = Array.from({ length: 3 }, () => Math.fround(rng.normal()));
      const gap = 0.2 * rng.normal();
      const { move, length } = project(point, normal, gap, norm);
      const reached = point.map((value, i) => value + (move[i] as number));
      if (Math.abs(normal.reduce((sum, w, i) => sum + w * (move[i] as number), gap)) > 1e-6) continue;
      for (let other = 0; other < 2000; other++) {
        // A point of the hyperplane: two elements by chance, the third solved for.
        const [a, b] = [rng.uniform(), rng.uniform()];
        const rest =
          gap + (normal[0] as number) * (a - (point[0] as number)) + (normal[1] as number) * (b - (point[1] as number));
        const c = (point[2] as number) - rest / (normal[2] as number);
        if (c < 0 || c > 1) continue;
        expect(
          sizeOf(
            [a, b, c].map((value, i) => value - (point[i] as number)),
            norm,
          ),
        ).toBeGreaterThanOrEqual(length - 1e-6);
      }
      expect(reached.every((value) => value >= -1e-7 && value <= 1 + 1e-7)).toBe(true);
    }
  });

  it("ends in the nearest corner where the hyperplane misses the bounds", () => {
    expect(Array.from(project([0.25, 0.5], [1, -2], 100, norm).move)).toEqual([-0.25, 0.5]);
    expect(Array.from(project([0.25, 0.5], [1, -2], -100, norm).move)).toEqual([0.75, -0.5]);
  });

  it("moves nothing without a normal, and nothing along a weight of 0", () => {
    expect(project([0.25, 0.5], [0, 0], 1, norm)).toEqual({ move: Float64Array.of(0, 0), length: 0 });
    expect(project([0.25, 0.5], [Number.NaN, 1], 1, norm)).toEqual({ move: Float64Array.of(0, 0), length: 0 });
    const { move } = project([0.25, 0.5], [0, 2], 0.5, norm);
    expect(move[0]).toBeCloseTo(0, 12);
    expect(move[1]).toBeCloseTo(-0.25, 12);
  });
});
