import { expect, it } from "vitest";
import { mcnemarExact, mcnemarOf } from "../../../host/metrics/index.js";

/** Origin: statsmodels 0.15.0, mcnemar([[0, b], [c, 0]], exact=True).pvalue. */
const REFERENCE: [number, number, number][] = [
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 0.0625],
  [2, 8, 0.109375],
  [8, 2, 0.109375],
  [10, 10, 1],
  [121, 59, 4.4344492637551645e-6],
  [30, 55, 0.008836205876094518],
  [1500, 1400, 0.06598734966518463],
  [600, 900, 9.509594050178402e-15],
];

it.each(REFERENCE)("McNemar's exact p of %i against %i", (b, c, p) => {
  expect(mcnemarExact(b, c) / p).toBeCloseTo(1, 9);
});

it("refuses what is not a count", () => {
  expect(() => mcnemarExact(-1, 2)).toThrow(/-1 and 2/);
  expect(() => mcnemarExact(1.5, 2)).toThrow();
});

it("counts the disagreements of two engines", () => {
  const labels = [0, 1, 2, 3, 4, 5];
  const first = [0, 1, 9, 3, 9, 9];
  const second = [0, 9, 2, 9, 8, 9];
  expect(mcnemarOf(labels, first, second)).toEqual({ b: 2, c: 1, p: 1 });
});
