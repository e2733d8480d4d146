import { describe, expect, it } from "vitest";
import { type Bracket, bisect } from "../../../../host/attacks/parts/bisect.js";
import { type Walker, walkAll } from "../../../../host/attacks/parts/walk.js";
import {
  type Grid,
  type Norm,
  type Oracle,
  openStream,
  rowSize,
  snapToGrid,
  zeros,
} from "../../../../host/core/index.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
const SIZE = 12;
const weights = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i + 1));
const clean = Float32Array.from({ length: SIZE }, (_, i) => (100 + 3 * i) * GRID.scale);
const far = Float32Array.from(clean, (value, i) => Math.min(1, Math.max(0, value + (weights[i] as number))));
const isBeyond = (point: ArrayLike<number>): boolean => {
  let sum = -1.37;
  for (let i = 0; i < SIZE; i++) sum += (weights[i] as number) * ((point[i] as number) - (clean[i] as number));
  return sum > 0;
};

/** Says class 1 beyond a plane; on a grid it refuses points that are not on it. */
function planeOracle(grid?: Grid): Oracle {
  const queries = new Map<number, number>();
  return {
    kind: "oracle",
    gives: "labels",
    id: "plane",
    inputShape: [SIZE],
    classes: 2,
    bounds: [0, 1],
    queries,
    ...(grid && { grid }),
    remaining: () => 1000,
    async query(x, samples) {
      if (grid) expect(x.data).toEqual(snapToGrid(x.data, grid));
      const out = zeros([samples.length, 2]);
      for (const [i, sample] of samples.entries()) {
        queries.set(sample, (queries.get(sample) ?? 0) + 1);
        const size = rowSize(x);
        out.data[2 * i + Number(isBeyond(x.data.subarray(i * size, (i + 1) * size)))] = 1;
      }
      return out;
    },
  };
}

async function run(norm: Norm, tolerance: number, grid?: Grid) {
  const model = planeOracle(grid);
  let ends: Bracket = { clean: new Float32Array(), fooling: new Float32Array() };
  const walk = function* (walker: Walker) {
    const point = far.slice();
    walker.settle(point);
    ends = yield* bisect(walker, point, tolerance);
    expect(point).toEqual(ends.fooling);
  };
  await walkAll(
    {
      model,
      x: { data: clean, shape: [1, SIZE] },
      labels: Int32Array.of(0),
      samples: [0],
      goal: { kind: "untargeted" },
      norm,
      params: {},
      rng: (sample) => openStream(1, sample),
    },
    walk,
  );
  return { ...ends, queries: model.queries.get(0) ?? 0 };
}

const gaps = (a: Float32Array, b: Float32Array): number[] =>
  Array.from(a, (value, i) => Math.abs(value - (b[i] as number)));

describe("bisect", () => {
  it("ends in l2 with two sides that are the tolerance apart, after as many queries as halvings", async () => {
    const { clean: low, fooling, queries } = await run("l2", 1e-3);
    expect(isBeyond(low)).toBe(false);
    expect(isBeyond(fooling)).toBe(true);
    expect(Math.hypot(...gaps(low, fooling))).toBeLessThanOrEqual(1.001e-3);
    const length = Math.hypot(...gaps(clean, far));
    expect(queries).toBe(Math.ceil(Math.log2(length / 1e-3)));
  });

  it("ends in linf with two boxes whose sides are the tolerance apart", async () => {
    const { clean: low, fooling, queries } = await run("linf", 1e-3);
    expect(isBeyond(low)).toBe(false);
    expect(isBeyond(fooling)).toBe(true);
    const side = (point: Float32Array): number => Math.max(...gaps(clean, point));
    expect(side(fooling) - side(low)).toBeLessThanOrEqual(1.001e-3);
    expect(queries).toBe(Math.ceil(Math.log2(Math.max(...gaps(clean, far)) / 1e-3)));
  });

  it.each<Norm>(["l2", "linf"])(
    "ends in %s on a grid with neighbouring grid points that differ in decision",
    async (norm) => {
      const { clean: low, fooling, queries } = await run(norm, 1e-9, GRID);
      expect(isBeyond(low)).toBe(false);
      expect(isBeyond(fooling)).toBe(true);
      const steps = gaps(low, fooling).map((gap) => gap / GRID.scale);
      expect(Math.max(...steps)).toBeGreaterThan(0.99);
      expect(Math.max(...steps)).toBeLessThan(1.01);
      // On a segment the elements turn one by one.
      if (norm === "l2") expect(steps.filter((step) => step > 0.5)).toHaveLength(1);
      expect(queries).toBeLessThanOrEqual(norm === "linf" ? 8 : 16);
    },
  );
});
