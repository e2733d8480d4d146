import { describe, expect, it } from "vitest";
import { noiseOf, openNoise, openStream } from "../../../host/core/index.js";

const open = (name: string) => openNoise(openStream(1, name));

describe("the generator", () => {
  it("equals xoshiro128++'s known answers for the state 1, 2, 3, 4", () => {
    // First words of the authors' C code, as kept in the tests of the Rust crate rand_xoshiro.
    const noise = noiseOf(1, 2, 3, 4);
    const words = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011];
    expect(words.map(() => noise.uint32())).toEqual(words);
  });

  it("gives equal noise for equal streams, other noise for others, and never stands still", () => {
    const words = (noise: ReturnType<typeof open>): number[] => Array.from({ length: 50 }, () => noise.uint32());
    expect(words(open("a"))).toEqual(words(open("a")));
    expect(words(open("a"))).not.toEqual(words(open("b")));
    expect(new Set(words(noiseOf(0, 0, 0, 0))).size).toBeGreaterThan(40);
  });
});

describe("normals", () => {
  const values = new Float32Array(800_001);
  const square = open("normal").normals(values);

  it("returns the sum of squares", () => {
    expect(square / values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 9);
  });

  it.each([
    // Moments 1 to 4 of the standard normal, and its share beyond 1, 2 and 3.
    ["mean", (z: number) => z, 0, 0.005],
    ["variance", (z: number) => z ** 2, 1, 0.005],
    ["skewness", (z: number) => z ** 3, 0, 0.03],
    ["kurtosis", (z: number) => z ** 4, 3, 0.03],
    ["share beyond 1", (z: number) => Number(Math.abs(z) > 1), 0.3173, 0.003],
    ["share beyond 2", (z: number) => Number(Math.abs(z) > 2), 0.0455, 0.001],
    ["share beyond 0.5", (z: number) => Number(Math.abs(z) > 0.5), 0.6171, 0.003],
    ["share beyond 3", (z: number) => Number(Math.abs(z) > 3), 0.0027, 0.00025],
  ])("have the %s of a standard normal", (_name, of, expected, tolerance) => {
    const found = values.reduce((sum, z) => sum + of(z), 0) / values.length;
    expect(Math.abs(found - expected)).toBeLessThan(tolerance);
  });

  it("has no correlation between neighbours, nor between the two values of a word", () => {
    for (const lag of [1, 2, 3]) {
      let sum = 0;
      for (let i = lag; i < values.length; i++) sum += (values[i] as number) * (values[i - lag] as number);
      expect(Math.abs(sum / values.length)).toBeLessThan(0.01);
    }
    let within = 0;
    for (let i = 0; i + 1 < values.length; i += 2) within += (values[i] as number) * (values[i + 1] as number);
    expect(Math.abs((2 * within) / values.length)).toBeLessThan(0.015);
  });

  it.each([1, 2, 3, 2047, 2048, 2049, 4097])("fills all of %i values", (length) => {
    const out = new Float32Array(length).fill(Number.NaN);
    expect(open("length").normals(out)).toBeGreaterThan(0);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});

it("uniforms lie in [-1, 1), with the mean and variance of a uniform, and return the sum of squares", () => {
  const values = new Float32Array(100_001);
  const square = open("uniform").uniforms(values);
  expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...values.subarray(50_000))).toBeLessThanOrEqual(1);
  expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.01);
  expect(square / values.length).toBeCloseTo(1 / 3, 2);
  expect(square / values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 9);
});
