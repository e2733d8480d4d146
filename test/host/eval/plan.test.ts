import { describe, expect, it } from "vitest";
import { conditionsOf } from "../../../host/data/index.js";
import { makePlan, unitSizes } from "../../../host/eval/plan.js";

const attack = { id: "pgd", goal: "untargeted" as const, norm: "linf" as const, params: {} };
const EPS = [
  { entered: "1/255", value: 1 / 255 },
  { entered: "2/255", value: 2 / 255 },
];

describe("makePlan", () => {
  const groups = makePlan(
    conditionsOf(
      {
        attacks: [
          { ...attack, eps: EPS },
          { ...attack, eps: [] },
        ],
      },
      "int8",
    ),
    5,
    2,
  );

  it("takes the clean inputs first, then each attack; all budgets of a batch in one group", () => {
    expect(
      groups.map(({ step, batch, units }) => [
        step,
        batch.begin,
        batch.end,
        units.map(({ condition }) => condition.index),
      ]),
    ).toEqual([
      [null, 0, 2, [0]],
      [null, 2, 4, [0]],
      [null, 4, 5, [0]],
      [0, 0, 2, [1, 2]],
      [0, 2, 4, [1, 2]],
      [0, 4, 5, [1, 2]],
      [1, 0, 2, [3]],
      [1, 2, 4, [3]],
      [1, 4, 5, [3]],
    ]);
  });

  it("numbers the units in order and knows their sizes", () => {
    expect(groups.flatMap(({ units }) => units.map(({ index }) => index))).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    expect(unitSizes(groups)).toEqual([2, 2, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1]);
  });
});
