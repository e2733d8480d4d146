import { describe, expect, it } from "vitest";
import { makePlan } from "../../../host/eval/plan.js";

const EPS = [
  { entered: "1/255", value: 1 / 255 },
  { entered: "2/255", value: 2 / 255 },
];

describe("makePlan", () => {
  it("takes the clean inputs first, then each attack's budgets", () => {
    const { conditions } = makePlan(3, 2, [{ eps: EPS }, { eps: [] }]);
    expect(conditions.map(({ index, step, eps }) => [index, step, eps?.entered ?? null])).toEqual([
      [0, null, null],
      [1, 0, "1/255"],
      [2, 0, "2/255"],
      [3, 1, null],
    ]);
  });

  it("cuts samples into batches and yields all budgets of a batch in one group", () => {
    const { batches, groups } = makePlan(5, 2, [{ eps: EPS }]);
    expect(batches.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    expect(
      groups.map(({ step, batch, conditions }) => [step, batch.index, conditions.map(({ index }) => index)]),
    ).toEqual([
      [null, 0, [0]],
      [null, 1, [0]],
      [null, 2, [0]],
      [0, 0, [1, 2]],
      [0, 1, [1, 2]],
      [0, 2, [1, 2]],
    ]);
  });
});
