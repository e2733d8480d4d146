import { expect, it } from "vitest";
import { histogram, percentiles } from "../../../host/metrics/index.js";

it("percentiles agree with numpy 2.4.6's numpy.percentile", () => {
  const found = percentiles([15, 20, 35, 40, 50, 3.5, -2], [0, 5, 25, 50, 90, 99, 100]);
  const expected = [-2, -0.34999999999999964, 9.25, 20, 44, 49.39999999999999, 50];
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
  expect(percentiles([7], [0, 50, 100])).toEqual([7, 7, 7]);
  expect(() => percentiles([], [50])).toThrow();
});

it("histograms agree with numpy 2.4.6's numpy.histogram", () => {
  const found = histogram([1, 2, 2, 3, 4, 4.5, 5, 5, 9], 4);
  expect(found).toEqual({ edges: [1, 3, 5, 7, 9], counts: [3, 3, 2, 1] });
});

it("equal values share one bin", () => {
  expect(histogram([3, 3, 3], 10)).toEqual({ edges: [3, 3], counts: [3] });
});

it("percentiles of infinite values are those of the order statistics", () => {
  expect(percentiles([1, 2, Number.POSITIVE_INFINITY], [50, 75])).toEqual([2, Number.POSITIVE_INFINITY]);
});
