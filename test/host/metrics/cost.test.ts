import { expect, it } from "vitest";
import { costOf } from "../../../host/metrics/index.js";

it("gives means of passes, and mean, median and most queries, of those who counted", () => {
  const cost = costOf([
    { queries: 1, passes: { forward: 10, backward: 4 } },
    { queries: 2, passes: { forward: 20, backward: 5 } },
    { queries: 9 },
    {},
  ]);
  expect(cost).toEqual({ passes: { forward: 15, backward: 4.5 }, queries: { mean: 4, median: 2, most: 9 } });
});
