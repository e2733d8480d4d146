import { describe, expect, it } from "vitest";
import { type Batch, countOf, type Grid, row, toGrid } from "../../../host/core/index.js";
import { floatCrossings, gridCrossings, type IsFooled } from "../../../host/metrics/index.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };

const batch = (...rows: number[][]): Batch => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]?.length ?? 0],
});

/** Fooled where 2a + b > limit, a limit a sample. */
function halfSpace(limits: readonly number[]): { isFooled: IsFooled; asked: Batch[] } {
  const asked: Batch[] = [];
  const isFooled: IsFooled = async (points, rows) => {
    asked.push(points);
    return rows.map((i, j) => {
      const [a, b] = row(points, j) as unknown as [number, number];
      return 2 * a + b > (limits[i] as number);
    });
  };
  return { isFooled, asked };
}

describe("on floats", () => {
  const clean = batch([0.2, 0.2], [0.2, 0.2], [0.9, 0.9], [0.2, 0.2], [0.2, 0.2]);
  const direction = batch([0.04, 0.03], [0.8, 0.6], [0.04, 0.03], [-0.04, -0.03], [0, 0]);

  it("finds where a line crosses a plane, from either side", async () => {
    const { isFooled } = halfSpace([1, 1, 1, 1, 1]);
    const found = await floatCrossings(clean, direction, [0, 1], isFooled, 1e-6);
    // 2 (0.2 + 0.8 t) + (0.2 + 0.6 t) = 1 at t = 0.4 / 2.2, along the unit direction.
    for (const i of [0, 1]) {
      expect(found[i]?.along).toBeCloseTo(0.4 / 2.2, 5);
      expect(found[i]?.distortion.l2).toBeCloseTo(0.4 / 2.2, 5);
      expect(found[i]?.distortion.linf).toBeCloseTo((0.8 * 0.4) / 2.2, 5);
    }
    expect(found[2]).toEqual({ along: 0, distortion: { l0: 0, l1: 0, l2: 0, linf: 0 } });
    expect(found.slice(3)).toEqual([null, null]);
  });

  it("returns points that fool, at the boundary to within the tolerance", async () => {
    const { isFooled } = halfSpace([1]);
    const tolerance = 1e-3;
    const exact = 0.4 / 2.2;
    const [found] = await floatCrossings(batch([0.2, 0.2]), batch([0.8, 0.6]), [0, 1], isFooled, tolerance);
    expect(found?.along).toBeGreaterThanOrEqual(exact - 1e-7);
    expect(found?.along).toBeLessThanOrEqual(exact * (1 + 2 * tolerance));
  });

  it("goes on along the bounds, where the length before clipping is more than the distance", async () => {
    const { isFooled, asked } = halfSpace([2.5]);
    const [found] = await floatCrossings(batch([0.9, 0.1]), batch([0.3, 0.4]), [0, 1], isFooled, 1e-6);
    // a stays at 1 from t = 1/6 on; b reaches 0.5 at t = 0.5.
    expect(found?.along).toBeCloseTo(0.5, 5);
    expect(found?.distortion.l2).toBeCloseTo(Math.hypot(0.1, 0.4), 5);
    for (const points of asked) expect(points.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});

describe("on the grid", () => {
  const step = (steps: number): number => steps * Math.fround(1 / 255);

  it("finds the first integer point that fools", async () => {
    // From (10, 10) along (2, 1): 2a + b > 60 steps at 2 (10 + t) + 10 + round(t / 2) > 60, first at t = 13.
    const { isFooled, asked } = halfSpace([step(60.5)]);
    const [found] = await gridCrossings(batch([step(10), step(10)]), batch([step(4), step(2)]), GRID, isFooled);
    expect(found?.along).toBe(13);
    expect(found?.distortion.l2).toBeCloseTo(Math.hypot(13, 7) / 255, 6);
    for (const points of asked) {
      const back = Float32Array.from(toGrid(points.data, GRID), (q) => (q + 128) * GRID.scale);
      expect(points.data).toEqual(back);
    }
  });

  it.each([1, 2, 3, 7, 40, 90])(
    "is exact for a boundary %i steps away, from short and long directions",
    async (steps) => {
      const limits = [2 * step(100 + steps) + step(30) - step(0.5)];
      for (const length of [0.4, 1, 5, 150]) {
        const { isFooled } = halfSpace(limits);
        const [found] = await gridCrossings(batch([step(100), step(30)]), batch([step(length), 0]), GRID, isFooled);
        expect(found?.along).toBe(steps);
        expect(found?.distortion).toMatchObject({
          l0: 1,
          linf: Math.fround(step(100 + steps)) - Math.fround(step(100)),
        });
      }
    },
  );

  it("says what is fooled from the start, and what is not fooled up to the end of the grid", async () => {
    const { isFooled } = halfSpace([step(20), 9, 1]);
    const clean = batch([step(10), step(10)], [step(10), step(10)], [0, 0]);
    const found = await gridCrossings(clean, batch([step(1), 0], [step(1), step(1)], [0, 0]), GRID, isFooled);
    expect(found[0]).toMatchObject({ along: 0, distortion: { l2: 0 } });
    expect(found.slice(1)).toEqual([null, null]);
  });

  it("asks about all samples together, each as often as it needs", async () => {
    const { isFooled, asked } = halfSpace([step(33), 9, step(36)]);
    const clean = batch([step(10), step(10)], [step(10), step(10)], [step(10), step(10)]);
    await gridCrossings(clean, batch([step(1), 0], [step(1), 0], [step(8), 0]), GRID, isFooled);
    expect(countOf(asked[0] as Batch)).toBe(3);
    // The second sample is asked at 1, 2, 4 … 128, 255 and never halves.
    expect(asked.length).toBeLessThanOrEqual(1 + 9 + 3);
    expect(asked.slice(1).every((points) => countOf(points) <= 3)).toBe(true);
  });
});

it("directions and tolerances must make sense", async () => {
  const { isFooled } = halfSpace([1]);
  await expect(gridCrossings(batch([0, 0]), batch([0, 0, 1]), GRID, isFooled)).rejects.toThrow("the direction");
  await expect(floatCrossings(batch([0, 0]), batch([0, 1]), [0, 1], isFooled, 0)).rejects.toThrow("tolerance");
});
