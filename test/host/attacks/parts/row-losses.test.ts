import { describe, expect, it } from "vitest";
import {
  crossEntropyRow,
  differenceRow,
  dlrRow,
  dlrTowardsRow,
  leading,
  strongestOther,
  towardsRow,
} from "../../../../host/attacks/parts/row-losses.js";

const Z = Float32Array.of(2, -1, 5, 3, 0.5);

/** The ratio of each loss to what multiplies its gradient. */
const LOSSES: [string, (z: Float32Array, ascent: Float32Array) => number, number][] = [
  ["crossEntropyRow", (z, ascent) => crossEntropyRow(z, 2, ascent), 1],
  ["crossEntropyRow of a class that is not on top", (z, ascent) => crossEntropyRow(z, 0, ascent), 1],
  ["towardsRow", (z, ascent) => towardsRow(z, 4, ascent), 1],
  ["differenceRow", (z, ascent) => differenceRow(z, 2, 3, ascent), 1],
  ["dlrRow of the top class", (z, ascent) => dlrRow(z, 2, ascent), 5 - 2],
  ["dlrRow of a class that is not on top", (z, ascent) => dlrRow(z, 0, ascent), 5 - 2],
  ["dlrTowardsRow", (z, ascent) => dlrTowardsRow(z, 2, 1, ascent), 5 - (2 + 0.5) / 2],
];

describe("values by hand", () => {
  const ascent = new Float32Array(5);

  it("DLR is the lead of the strongest other over the span of first and third", () => {
    expect(dlrRow(Z, 2, ascent)).toBeCloseTo((3 - 5) / (5 - 2), 6);
    expect(Array.from(ascent)).toEqual([expect.closeTo(-2 / 3, 5), 0, expect.closeTo(-1 / 3, 5), 1, 0]);
    expect(dlrRow(Z, 0, ascent)).toBeCloseTo((5 - 2) / (5 - 2), 6);
  });

  it("targeted DLR is over first and the mean of third and fourth", () => {
    expect(dlrTowardsRow(Z, 2, 1, ascent)).toBeCloseTo((-1 - 5) / (5 - (2 + 0.5) / 2), 6);
  });

  it("cross-entropy is log(1 + exp(value))", () => {
    const sum = Array.from(Z).reduce((total, z) => total + Math.exp(z), 0);
    expect(Math.log1p(Math.exp(crossEntropyRow(Z, 2, ascent)))).toBeCloseTo(Math.log(sum) - 5, 12);
    expect(Math.log1p(Math.exp(-towardsRow(Z, 2, ascent)))).toBeCloseTo(Math.log(sum) - 5, 12);
  });

  it("scaling and shifting the logits leaves the ratios as they are", () => {
    const scaled = Z.map((z) => 64 * z + 8);
    expect(dlrRow(scaled, 2, ascent)).toBeCloseTo(dlrRow(Z, 2, ascent), 6);
    expect(dlrTowardsRow(scaled, 2, 1, ascent)).toBeCloseTo(dlrTowardsRow(Z, 2, 1, ascent), 6);
  });
});

it.each(LOSSES)("%s: the gradient agrees with finite differences", (_, loss, factor) => {
  const ascent = new Float32Array(5);
  loss(Z, ascent);
  const kept = ascent.slice();
  const h = 2 ** -10;
  for (let k = 0; k < 5; k++) {
    const [up, down] = [h, -h].map((d) =>
      loss(
        Z.map((z, j) => (j === k ? z + d : z)),
        ascent,
      ),
    ) as [number, number];
    expect(kept[k]).toBeCloseTo((factor * (up - down)) / (2 * h), 3);
  }
});

it.each(LOSSES)("%s: equal and very large logits give finite numbers", (_, loss) => {
  const ascent = new Float32Array(5);
  for (const z of [new Float32Array(5), Float32Array.of(0, 0, 3e4, 0, 0), Float32Array.of(-1e4, 1e4, 0, 1e4, 0)]) {
    expect(loss(z, ascent)).toBeGreaterThan(Number.NEGATIVE_INFINITY);
    expect(ascent.every(Number.isFinite)).toBe(true);
  }
});

it("the cross-entropy of confident rows keeps an order that float32 and double cross-entropies lose", () => {
  const ascent = new Float32Array(2);
  expect(crossEntropyRow(Float32Array.of(100, 0), 0, ascent)).toBe(-100);
  expect(crossEntropyRow(Float32Array.of(101, 0), 0, ascent)).toBe(-101);
});

it("ranks by value, of equal ones the first", () => {
  expect(leading(Float32Array.of(1, 3, 3, 2), 3)).toEqual([1, 2, 3]);
  expect(strongestOther(Float32Array.of(1, 3, 3, 2), 1)).toBe(2);
  expect(strongestOther(Float32Array.of(9, 1, 1), 0)).toBe(1);
});
