import { describe, expect, it } from "vitest";
import { squarePattern } from "../../../../host/attacks/parts/square-pattern.js";
import { imageOf, type Squares, windowFraction } from "../../../../host/attacks/parts/squares.js";
import { squaresL2 } from "../../../../host/attacks/parts/squares-l2.js";
import { squaresLinf } from "../../../../host/attacks/parts/squares-linf.js";
import { type Batch, type Grid, openStream, row, snapToGrid, zeros } from "../../../../host/core/index.js";

const IMAGE = { height: 9, width: 11, channels: 3 };
const SHAPE = [2, 9, 11, 3];
const SIZE = 9 * 11 * 3;
const BOUNDS = [0, 1] as const;
const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };

function greys(low: number, high: number): Batch {
  const x = zeros(SHAPE);
  const rng = openStream(1, "greys");
  for (let i = 0; i < x.data.length; i++) x.data[i] = rng.uniform(low, high);
  return x;
}

function lengthOf(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));
}

/** Rectangle around the pixels in which two images differ. */
function extentOf(a: Float32Array, b: Float32Array): { tall: number; wide: number } {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < SIZE; i++) {
    if (a[i] === b[i]) continue;
    rows.push(Math.floor(i / 33));
    columns.push(Math.floor(i / 3) % 11);
  }
  return {
    tall: Math.max(...rows) - Math.min(...rows) + 1,
    wide: Math.max(...columns) - Math.min(...columns) + 1,
  };
}

describe("the schedule", () => {
  it("halves the share of pixels at the paper's iterations of 10,000", () => {
    const table = [
      [0, 1],
      [10, 1],
      [11, 2],
      [50, 2],
      [51, 4],
      [200, 4],
      [201, 8],
      [501, 16],
      [1000, 16],
      [1001, 32],
      [2001, 64],
      [4001, 128],
      [6001, 256],
      [8000, 256],
      [8001, 512],
      [9999, 512],
    ];
    for (const [step, divisor] of table as [number, number][]) {
      expect([step, windowFraction(step, 10_000, 0.8, true)]).toEqual([step, 0.8 / divisor]);
      expect(windowFraction(step, 3, 0.8, false)).toBe(0.8 / divisor);
    }
  });

  it("spreads the iterations over as many steps as there are", () => {
    const fractions = [0, 1, 2, 5, 6, 20, 21, 51, 101, 201, 401, 601, 801, 999].map((step) =>
      windowFraction(step, 1000, 512, true),
    );
    expect(fractions).toEqual([512, 512, 256, 256, 128, 128, 64, 32, 16, 8, 4, 2, 1, 1]);
  });
});

it("only images have squares", () => {
  expect(imageOf([9, 11])).toEqual({ height: 9, width: 11, channels: 1 });
  expect(() => imageOf([12])).toThrow(/needs images .* \[12\]/);
});

describe("linf", () => {
  const clean = greys(0, 1);

  function begun(eps: number, grid?: Grid): { squares: Squares; best: Batch; trial: Float32Array } {
    const best = zeros(SHAPE);
    const squares = squaresLinf(clean, best, eps, BOUNDS, IMAGE, grid);
    const trial = new Float32Array(SIZE);
    squares.start(trial, 1, openStream(2, "start"));
    squares.accept(trial, 1);
    return { squares, best, trial };
  }

  it("starts with stripes: in a column each channel goes one way to the end", () => {
    const { trial } = begun(0.1);
    const origin = row(clean, 1);
    let ups = 0;
    for (let column = 0; column < 33; column++) {
      const isUp = (trial[column] as number) > (origin[column] as number);
      ups += Number(isUp);
      for (let r = 0; r < 9; r++) {
        const from = origin[33 * r + column] as number;
        const end = isUp ? Math.min(1, from + 0.1) : Math.max(0, from - 0.1);
        expect(trial[33 * r + column]).toBeCloseTo(end, 6);
      }
    }
    expect(ups).toBeGreaterThan(8);
    expect(ups).toBeLessThan(25);
  });

  it.each([undefined, GRID])("changes squares of the wanted side, to the ends of the ball, grid %j", (grid) => {
    const { squares, best, trial } = begun(0.1, grid);
    const rng = openStream(3, "proposals");
    const origin = row(clean, 1);
    for (let round = 0; round < 300; round++) {
      const before = trial.slice();
      squares.propose(trial, 1, 0.1, rng);
      const { tall, wide } = extentOf(before, trial);
      // The side is round(sqrt(0.1 * 99)) = 3; what was at its end before does not change.
      expect(Math.max(tall, wide)).toBeLessThanOrEqual(3);
      expect(tall).toBeGreaterThan(0);
      const changes = Array.from(trial, (value, i) => Math.abs(value - (origin[i] as number)));
      expect(Math.max(...changes)).toBeLessThanOrEqual(0.1 + (grid ? 1e-6 : 0));
      const isShort = changes.map((change, i) => change < 0.1 - 1e-6 && trial[i] !== 0 && trial[i] !== 1);
      if (grid === undefined) expect(isShort).not.toContain(true);
      if (grid) expect(trial).toEqual(snapToGrid(trial, grid));
      if (round % 2 === 0) squares.accept(trial, 1);
      else squares.reject(trial, 1);
      expect(row(best, 1)).toEqual(trial);
      if (round % 2 === 1) expect(trial).toEqual(before);
    }
  });

  it("reaches every position of the image", () => {
    const { squares, best, trial } = begun(0.1);
    const touched = new Set<number>();
    const rng = openStream(4, "positions");
    for (let round = 0; round < 2000; round++) {
      squares.propose(trial, 1, 0.01, rng);
      for (let i = 0; i < SIZE; i++) if (trial[i] !== row(best, 1)[i]) touched.add(Math.floor(i / 3));
      squares.reject(trial, 1);
    }
    expect(touched.size).toBe(99);
  });

  it("knows a row that cannot move", () => {
    expect(squaresLinf(clean, zeros(SHAPE), 0, BOUNDS, IMAGE).canMove(0)).toBe(false);
    expect(squaresLinf(clean, zeros(SHAPE), 0.001, BOUNDS, IMAGE, GRID).canMove(0)).toBe(false);
    expect(squaresLinf(clean, zeros(SHAPE), 0.001, BOUNDS, IMAGE).canMove(0)).toBe(true);
  });
});

describe("the pattern", () => {
  it("of side 3 is the one of the authors' formula", () => {
    const [upper, lower] = [Math.sqrt(2 * 1.6875), Math.sqrt(2 * 1.875)];
    const wanted = [
      [0.25 / upper, 1.25 / upper, 0.25 / upper],
      [-0.25 / lower, -0.25 / lower, -0.25 / lower],
      [-0.25 / lower, -1.25 / lower, -0.25 / lower],
    ].flat();
    squarePattern(3).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i] as number, 12);
    });
  });

  it.each([1, 2, 5, 8, 29])("of side %i has length 1 and halves of opposite sign", (side) => {
    const values = squarePattern(side);
    expect(Math.hypot(...values)).toBeCloseTo(1, 12);
    const half = Math.floor(side / 2) * side;
    expect(values.every((value, i) => (i < half ? value > 0 : value < 0))).toBe(true);
  });
});

describe("l2", () => {
  it.each([
    [0.5, undefined],
    [0.02, undefined],
    [0.5, GRID],
  ])("moves the whole length eps about, where no bound cuts it: eps %d, grid %j", (eps, grid) => {
    const clean = greys(0.4, 0.6);
    if (grid) clean.data.set(snapToGrid(clean.data, grid));
    const best = zeros(SHAPE);
    const squares = squaresL2(clean, best, eps, BOUNDS, IMAGE, grid);
    const trial = new Float32Array(SIZE);
    const origin = row(clean, 1);
    const rng = openStream(5, "l2");
    squares.start(trial, 1, rng);
    squares.accept(trial, 1);
    for (let round = 0; round < 400; round++) {
      const length = lengthOf(trial, origin);
      expect(length).toBeLessThanOrEqual(eps);
      expect(length).toBeGreaterThan(eps * (grid ? 0.9 : 1 - 2e-5));
      squares.propose(trial, 1, 0.1, rng);
      if (round % 3 === 0) squares.reject(trial, 1);
      else squares.accept(trial, 1);
      expect(row(best, 1)).toEqual(trial);
    }
  });

  it("empties one window in favour of another of the same side, and touches nothing else", () => {
    const clean = greys(0.4, 0.6);
    const best = zeros(SHAPE);
    const squares = squaresL2(clean, best, 0.5, BOUNDS, IMAGE);
    const trial = new Float32Array(SIZE);
    const origin = row(clean, 0);
    squares.start(trial, 0, openStream(6, "start"));
    squares.accept(trial, 0);
    const before = trial.slice();
    squares.propose(trial, 0, 0.05, openStream(6, "proposal"));
    const isEmptied = Array.from(trial, (value, i) => value === origin[i] && before[i] !== origin[i]);
    const changed = Array.from(trial, (value, i) => value !== before[i]);
    // Side 3: at most 9 pixels of 3 channels in either window.
    expect(isEmptied.filter(Boolean).length).toBeGreaterThan(0);
    expect(isEmptied.filter(Boolean).length).toBeLessThanOrEqual(27);
    expect(changed.filter(Boolean).length).toBeLessThanOrEqual(54);
    expect(lengthOf(trial, origin)).toBeCloseTo(0.5, 5);
  });

  it("stays in the bounds, and gives a window what they cut off", () => {
    const clean = greys(0, 0.05);
    const best = zeros(SHAPE);
    const squares = squaresL2(clean, best, 1, BOUNDS, IMAGE);
    const trial = new Float32Array(SIZE);
    const rng = openStream(7, "bounds");
    squares.start(trial, 0, rng);
    squares.accept(trial, 0);
    const first = lengthOf(trial, row(clean, 0));
    let longest = first;
    for (let round = 0; round < 200; round++) {
      squares.propose(trial, 0, 0.1, rng);
      expect(trial.every((value) => value >= 0 && value <= 1)).toBe(true);
      const length = lengthOf(trial, row(clean, 0));
      expect(length).toBeLessThanOrEqual(1);
      longest = Math.max(longest, length);
      squares.accept(trial, 0);
    }
    expect(first).toBeLessThan(0.9);
    expect(longest).toBeGreaterThan(0.98);
  });
});
