import { expect, it } from "vitest";
import { conditionsOf } from "../../../host/data/index.js";
import { makePlan } from "../../../host/eval/plan.js";
import { createStages } from "../../../host/eval/stages.js";
import { START } from "./fakes.js";

const [towards] = START.settings.attacks as [(typeof START.settings.attacks)[number]];
const attacks = [towards, { ...towards, id: "square", norm: "l2" as const, goal: "targeted" as const, target: "next" }];

it("says which attack of how many, which batch, how far, how many queries, and how long it still takes", () => {
  const groups = makePlan(conditionsOf({ attacks }, "int8"), 7, 3);
  let now = 0;
  let queries = 50;
  const stages = createStages({ groups, attacks, queries: () => queries, now: () => now });
  const [first, second, third] = groups.filter(({ step }) => step === 1);
  expect(stages.describe(first as (typeof groups)[number], 0)).toBe(
    "square l2 targeted, attack 2 of 2, batch 1 of 3, 0 %",
  );
  now = 60_000;
  queries = 950;
  expect(stages.describe(first as (typeof groups)[number], 0.5)).toBe(
    "square l2 targeted, attack 2 of 2, batch 1 of 3, 50 %, 900 queries, 5 min 00 s left for it",
  );
  expect(stages.finished(first as (typeof groups)[number])).toBeNull();
  now = 240_000;
  expect(stages.describe(second as (typeof groups)[number], 1)).toMatch(
    /batch 2 of 3, 100 %.* 2 min 00 s left for it$/,
  );
  now = 360_000;
  expect(stages.finished(third as (typeof groups)[number])).toBe(
    "square l2 targeted, attack 2 of 2: made in 6 min 00 s, 900 queries",
  );
  expect(stages.finished(third as (typeof groups)[number])).toBeNull();
});

it("measures a resumed attack by the batches of its session", () => {
  const groups = makePlan(conditionsOf({ attacks }, "int8"), 7, 3);
  let now = 0;
  const stages = createStages({ groups, attacks, queries: () => 0, now: () => now });
  const last = groups.filter(({ step }) => step === 1)[2] as (typeof groups)[number];
  stages.describe(last, 0);
  now = 30_000;
  expect(stages.describe(last, 0.75)).toMatch(/batch 3 of 3, 75 %, 10 s left for it$/);
});
