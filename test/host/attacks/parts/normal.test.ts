import { describe, expect, it } from "vitest";
import { floatOracle } from "../../../../host/attacks/index.js";
import { dctNoise } from "../../../../host/attacks/parts/dct-noise.js";
import { boundaryNormals } from "../../../../host/attacks/parts/normal.js";
import { type Batch, type Grid, openNoise, openStream, snapToGrid } from "../../../../host/core/index.js";
import { modelOf } from "../models.js";

const SHAPE = [4, 4, 3];
const SIZE = 48;
const stream = openStream(1, "normal test");
const direction = Float64Array.from({ length: SIZE }, () => stream.normal());
const length = Math.hypot(...direction);
/** Two classes, the boundary through the middle of the bounds. */
const model = modelOf({ second: [new Float64Array(SIZE), direction] }, SHAPE);
const middle: Batch = { data: new Float32Array(SIZE).fill(0.5), shape: [1, ...SHAPE] };
const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };

async function estimate(
  probes: number,
  change: { grid?: Grid; at?: Batch; label?: number } = {},
): Promise<Float32Array> {
  const base = floatOracle(model, { gives: "labels", budget: probes });
  const oracle = change.grid ? { ...base, grid: change.grid } : base;
  const found = await boundaryNormals({
    model: oracle,
    points: change.at ?? middle,
    labels: Int32Array.of(change.label ?? 0),
    samples: [3],
    goal: { kind: "untargeted" },
    probes,
    sigma: 2e-4,
    subDim: 75,
    rng: (sample) => openStream(1, "normal", sample),
  });
  expect(oracle.queries.get(3)).toBe(probes);
  return found.data;
}

const cosine = (found: Float32Array): number =>
  found.reduce((sum, value, i) => sum + value * (direction[i] as number), 0) / length / Math.hypot(...found);

describe("the estimated normal of a linear boundary", () => {
  it.each([
    // One probe in d dimensions tells sqrt(2 / pi / d) of the direction; n probes have the tangent of 1 / sqrt(2 n / pi / d).
    [100, 0.7],
    [1000, 0.95],
    [20_000, 0.997],
  ])("after %i probes has a cosine of at least %d with the true one", async (probes, least) => {
    expect(cosine(await estimate(probes))).toBeGreaterThan(least);
  });

  it("points to the fooling side, whichever that is", async () => {
    expect(cosine(await estimate(1000, { label: 1 }))).toBeLessThan(-0.95);
  });

  it("survives a point that lies to one side, where most answers are alike", async () => {
    const beside = {
      ...middle,
      data: middle.data.map((value, i) => value + (2e-4 * (direction[i] as number)) / length),
    };
    expect(cosine(await estimate(20_000, { at: beside }))).toBeGreaterThan(0.99);
  });

  it("on a grid asks steps that survive rounding", async () => {
    const on = { ...middle, data: snapToGrid(middle.data, GRID) };
    expect(cosine(await estimate(5000, { grid: GRID, at: on }))).toBeGreaterThan(0.95);
  });
});

it("dctNoise holds the lowest frequencies only, with elements of variance 1", () => {
  const draw = dctNoise(openNoise(openStream(1, "dct")), [8, 8, 1], 2);
  const out = new Float32Array(64);
  const wave = (u: number, y: number): number =>
    Math.cos(((2 * y + 1) * u * Math.PI) / 16) * Math.sqrt((u ? 2 : 1) / 8);
  let total = 0;
  for (let round = 0; round < 2000; round++) {
    draw(out);
    const energy = out.reduce((sum, value) => sum + value * value, 0);
    total += energy / 64;
    let low = 0;
    for (let u = 0; u < 2; u++)
      for (let v = 0; v < 2; v++) {
        let dot = 0;
        for (let y = 0; y < 8; y++)
          for (let x = 0; x < 8; x++) dot += wave(u, y) * wave(v, x) * (out[8 * y + x] as number);
        low += dot * dot;
      }
    expect(low / energy).toBeCloseTo(1, 5);
  }
  expect(total / 2000).toBeCloseTo(1, 1);
});
