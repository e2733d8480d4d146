import { describe, expect, it } from "vitest";
import { rateOf, wilsonInterval } from "../../../host/metrics/index.js";

/** Origin: statsmodels 0.15.0, proportion_confint(numerator, denominator, method="wilson"). */
const REFERENCE: [number, number, number, number][] = [
  [0, 10, 0, 0.27753279986288926],
  [10, 10, 0.7224672001371106, 1],
  [5, 10, 0.23659309051256394, 0.7634069094874361],
  [1, 200, 0.0008831687156009797, 0.027773704397892937],
  [875, 1000, 0.8530561617710384, 0.8940737693647953],
  [48, 1000, 0.036393301020807914, 0.06306608865013393],
  [9999, 10000, 0.9994337311025987, 0.9999823473263989],
  [1, 1, 0.2065493143772374, 1],
];

describe("wilsonInterval", () => {
  it.each(REFERENCE)("%i in %i", (numerator, denominator, low, high) => {
    const found = wilsonInterval(numerator, denominator);
    expect(found?.low).toBeCloseTo(low, 12);
    expect(found?.high).toBeCloseTo(high, 12);
  });

  it("agrees with the worked example of Newcombe 1998, table I: 15 in 148 gives 0.0624 to 0.1605", () => {
    const found = wilsonInterval(15, 148);
    expect(found?.low).toBeCloseTo(0.0624, 4);
    expect(found?.high).toBeCloseTo(0.1605, 4);
  });

  it("is null where nothing was counted, and refuses impossible shares", () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(rateOf(0, 0)).toEqual({ numerator: 0, denominator: 0, value: null, low: null, high: null });
    expect(() => wilsonInterval(2, 1)).toThrow(/2 in 1/);
    expect(() => wilsonInterval(-1, 1)).toThrow();
  });
});

it("rateOf carries counts, value and interval", () => {
  const rate = rateOf(5, 10);
  expect(rate).toMatchObject({ numerator: 5, denominator: 10, value: 0.5 });
  expect(rate.low).toBeCloseTo(0.23659309051256394, 12);
});
