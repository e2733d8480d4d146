import { describe, expect, it } from "vitest";
import { openStream, philox4x32 } from "../../../host/core/index.js";

type Four = [number, number, number, number];

const ONES = 0xffffffff;

describe("philox4x32", () => {
  // Known answers for 10 rounds, published with Random123 (Salmon et al. 2011) in its file kat_vectors.
  it.each<{ name: string; counter: Four; key: [number, number]; words: Four }>([
    {
      name: "all zeros",
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      name: "all ones",
      counter: [ONES, ONES, ONES, ONES],
      key: [ONES, ONES],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      name: "digits of pi",
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])("equals Random123's known answer for $name", ({ counter, key, words }) => {
    expect(philox4x32(counter, key)).toEqual(words);
  });
});

const draws = (count: number, ...name: (string | number)[]): number[] => {
  const rng = openStream(1, ...name);
  return Array.from({ length: count }, () => rng.uint32());
};

describe("openStream", () => {
  it("gives equal draws for equal names, others for any other", () => {
    expect(draws(20, "pgd", 3, 0)).toEqual(draws(20, "pgd", 3, 0));
    const streams = [draws(4, "pgd", 3, 0), draws(4, "pgd", 3, 1), draws(4, "pgd", 30), draws(4, "pgd", "3", 0)];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
    expect(openStream(2, "pgd", 3, 0).uint32()).not.toBe(openStream(1, "pgd", 3, 0).uint32());
  });

  it("does not repeat itself over many blocks", () => {
    expect(new Set(draws(4000, "long")).size).toBe(4000);
  });

  it("draws uniform numbers within bounds, with the mean and variance of a uniform", () => {
    const rng = openStream(1, "uniform");
    const values = Array.from({ length: 20_000 }, () => rng.uniform(-1, 3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThan(3);
    expect(mean(values)).toBeCloseTo(1, 1);
    expect(variance(values)).toBeCloseTo(16 / 12, 1);
  });

  it("draws every integer below n about equally often", () => {
    const rng = openStream(1, "int");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 14_000; i++) {
      const drawn = rng.int(7);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(counts.length).toBe(7);
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("draws normal numbers of mean 0 and variance 1, 4.6 % of them beyond 2", () => {
    const rng = openStream(1, "normal");
    const values = Array.from({ length: 20_000 }, () => rng.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(variance(values)).toBeCloseTo(1, 1);
    expect(values.filter((value) => Math.abs(value) > 2).length / values.length).toBeCloseTo(0.0455, 2);
  });

  it("shuffles in place without losing anything", () => {
    const order = openStream(1, "shuffle").shuffle(Array.from({ length: 50 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}
