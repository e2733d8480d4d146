import { expect, test } from "vitest";
import { type CountedRun, profileCosts } from "../../../host/metrics/index.js";

const run = (totalTicks: number, nodeTicks: number[], tickStep = 1): CountedRun => {
  return { totalTicks, hookTicks: 30, emptyTicks: 10, tickStep, nodeTicks };
};

test("Costs_AreWithoutWhatCountingTook_AndAddUp", () => {
  const costs = profileCosts([run(1_000, [510, 310])]);
  expect(costs).toEqual({ nodes: [500, 300], kernels: 800, runtime: 140, total: 940, exact: true });
});

test("ACoarseCounter_IsExactOverAStepOfShiftedRuns", () => {
  const [begin, end, done] = [13, 1_050, 1_077];
  const seen = (at: number, delay: number): number => Math.floor((at + delay) / 40) * 40;
  const runs = Array.from({ length: 40 }, (_, delay) =>
    run(seen(done, delay) - seen(0, delay), [seen(end, delay) - seen(begin, delay)], 40),
  );
  expect(profileCosts(runs)).toEqual({ nodes: [1_027], kernels: 1_027, runtime: 20, total: 1_047, exact: true });
  expect(profileCosts(runs.slice(0, 39)).exact).toBe(false);
});

test("MeansThatAreNoWholeNumbers_StillAddUp", () => {
  const costs = profileCosts([run(1_000, [500, 301]), run(1_001, [501, 300]), run(1_001, [501, 301])]);
  expect(costs.nodes.every(Number.isInteger)).toBe(true);
  expect(costs.nodes.reduce((a, b) => a + b) + costs.runtime).toBe(costs.total);
});

test("NoRun_IsABug", () => {
  expect(() => profileCosts([])).toThrow(/no profile/);
});
