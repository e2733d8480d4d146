import { describe, expect, it } from "vitest";
import { ballAround } from "../../../../host/attacks/parts/ball.js";
import { type Batch, fromGrid, type Grid, openStream, snapToGrid, toGrid } from "../../../../host/core/index.js";

const rng = openStream(1, "ball test");
const N = 4000;

function batchOf(values: Float32Array): Batch {
  return { data: values, shape: [N / 4, 4] };
}

function uniform(low: number, high: number): Float32Array {
  return Float32Array.from({ length: N }, () => rng.uniform(low, high));
}

const GRIDS: Grid[] = [
  { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 },
  { type: "uint8", scale: Math.fround(0.0078125), zeroPoint: 127 },
  { type: "int16", scale: Math.fround(1 / 32767), zeroPoint: 0 },
];

describe.each([
  [0, 1],
  [-1, 1],
  [-128, 127],
] as const)("bounds %d to %d", (low, high) => {
  const bounds = [low, high] as const;
  it.each([1e-9, 1e-3, 4 / 255, 0.3])("eps %d is kept to the last bit, and reached", (eps) => {
    const clean = batchOf(uniform(low, high));
    for (const norm of ["linf", "l2"] as const) {
      const ball = ballAround(clean, eps, norm, bounds);
      const x = clean.data.map((value) => value + rng.uniform(-2, 2) * eps);
      ball.project(x);
      let largest = 0;
      for (let row = 0; row < N; row += 4) {
        const sizes = [0, 1, 2, 3].map((k) => Math.abs((x[row + k] as number) - (clean.data[row + k] as number)));
        largest = Math.max(
          largest,
          norm === "linf" ? Math.max(...sizes) : Math.sqrt(sizes.reduce((s, d) => s + d * d, 0)),
        );
      }
      expect(largest).toBeLessThanOrEqual(eps);
      const float32Step = 2 ** -22 * Math.max(Math.abs(low), Math.abs(high));
      expect(largest).toBeGreaterThan(eps * (1 - 1e-6) - float32Step);
      expect(x.every((value) => value >= low && value <= high)).toBe(true);
    }
  });
});

describe.each(GRIDS)("on the grid of $type", (grid) => {
  const bounds: [number, number] = grid.type === "int8" ? [0, 1] : [-0.9, 0.9];
  it.each([0.4, 1, 1.5, 7])("%d steps are its whole steps, from a clean sample on the grid", (steps) => {
    const clean = batchOf(snapToGrid(uniform(bounds[0], bounds[1]), grid));
    const eps = steps * (grid.type === "int8" ? 1 / 255 : grid.scale);
    const ball = ballAround(clean, eps, "linf", bounds, grid);
    const x = clean.data.map((value) => value + rng.uniform(-2, 2) * eps);
    ball.project(x);
    ball.finish(x);
    const [before, after] = [toGrid(clean.data, grid), toGrid(x, grid)];
    expect(x).toEqual(fromGrid(after, grid));
    const moved = Array.from(after, (q, i) => Math.abs(q - (before[i] as number)));
    expect(Math.max(...moved)).toBe(Math.floor(steps));
    const slack = 1e-4 * grid.scale;
    expect(x.every((value) => value >= bounds[0] - slack && value <= bounds[1] + slack)).toBe(true);
  });

  it("a clean sample off the grid with no grid point within eps gets its nearest one", () => {
    const clean = batchOf(uniform(bounds[0] + grid.scale, bounds[1] - grid.scale));
    const ball = ballAround(clean, 0, "linf", bounds, grid);
    const x = clean.data.slice();
    ball.project(x);
    ball.finish(x);
    expect(x).toEqual(snapToGrid(clean.data, grid));
  });
});

it("rounding in l2 uses the budget that plain rounding would leave", () => {
  const [grid] = GRIDS as [Grid];
  const size = 3072;
  const clean = {
    data: snapToGrid(
      Float32Array.from({ length: 4 * size }, () => rng.uniform(0.2, 0.8)),
      grid,
    ),
    shape: [4, size],
  };
  for (const eps of [0.1, 0.15, 0.5, 1]) {
    const ball = ballAround(clean, eps, "l2", [0, 1], grid);
    const x = clean.data.map((value) => value + rng.normal());
    ball.project(x);
    ball.finish(x);
    expect(x).toEqual(snapToGrid(x, grid));
    for (let i = 0; i < 4; i++) {
      const length = Math.hypot(
        ...x.subarray(i * size, (i + 1) * size).map((value, k) => value - (clean.data[i * size + k] as number)),
      );
      expect(length).toBeLessThanOrEqual(eps);
      expect(length).toBeGreaterThan(0.97 * eps);
    }
  }
});

it("a zero, NaN or infinite gradient", () => {
  const clean = { data: Float32Array.of(0.5, 0.5, 0.5, 0.5), shape: [1, 4] };
  const gradient = Float32Array.of(0, Number.NaN, Number.POSITIVE_INFINITY, -0);
  for (const [norm, expected] of [
    ["linf", 0.75],
    ["l2", 0.5],
  ] as const) {
    const x = clean.data.slice();
    ballAround(clean, 0.5, norm, [0, 1]).step(x, gradient, 0.25);
    expect(Array.from(x), norm).toEqual([0.5, 0.5, expected, 0.5]);
  }
});

it("stays in the bounds where these lie between grid points", () => {
  const grid: Grid = { type: "int8", scale: Math.fround(0.0173), zeroPoint: 3 };
  const ends = [Math.fround(-57 * grid.scale), Math.fround(57 * grid.scale)] as const;
  // Nearer to 58 steps, beyond the bounds, than to 57; the second row is too long, and shrinks.
  const clean = { data: new Float32Array(8).fill(0.9), shape: [2, 4] };
  const x = Float32Array.of(1, 1, 1, 1, 1, -1, 0, 0.9);
  ballAround(clean, 0.3, "l2", [-1, 1], grid).finish(x);
  expect(x).toEqual(snapToGrid(x, grid));
  expect(Math.max(...x)).toBeLessThanOrEqual(ends[1]);
  expect(Math.min(...x)).toBeGreaterThanOrEqual(ends[0]);
});
