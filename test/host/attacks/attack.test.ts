import { describe, expect, it } from "vitest";
import { type AttackContext, attackById, defineAttack, fgsm } from "../../../host/attacks/index.js";
import { type Oracle, openStream, zeros } from "../../../host/core/index.js";
import { linearModel } from "./models.js";

const SHAPE = [2, 2, 1];
const { model } = linearModel(SHAPE, 3);
const context: AttackContext = {
  model,
  x: zeros([2, ...SHAPE]),
  labels: Int32Array.of(0, 1),
  samples: [0, 1],
  goal: { kind: "untargeted" },
  norm: "linf",
  eps: [0.1],
  params: {},
  rng: (sample) => openStream(1, sample),
};

const oracle: Oracle = {
  kind: "oracle",
  gives: "labels",
  id: "board",
  inputShape: SHAPE,
  classes: 3,
  bounds: [0, 1],
  queries: new Map(),
  remaining: () => Number.POSITIVE_INFINITY,
  query: async () => zeros([2, 3]),
};

describe("what an attack refuses", () => {
  const cases: [string, Partial<AttackContext>, string, RegExp][] = [
    ["a model that gives no gradient", { model: oracle }, "USAGE", /needs gradient, model board gives labels/],
    ["a norm it does not know", { norm: "l0" }, "USAGE", /norm l0, expected linf or l2/],
    ["no eps", { eps: undefined }, "USAGE", /at least one eps/],
    ["a negative eps", { eps: [0.1, -1] }, "EPS_INVALID", /eps is -1/],
    ["an eps that is no number", { eps: [Number.NaN] }, "EPS_INVALID", /eps is NaN/],
    [
      "samples of another shape",
      { x: zeros([2, 3, 2, 1]) },
      "DATA_MISMATCH",
      /\[2, 3, 2, 1\].*expected \[N, 2, 2, 1\]/,
    ],
    ["too few labels", { labels: Int32Array.of(0) }, "DATA_MISMATCH", /2 samples, 1 labels/],
    ["too few targets", { goal: { kind: "targeted", targets: new Int32Array(1) } }, "DATA_MISMATCH", /1 targets/],
  ];
  it.each(cases)("%s", async (_name, change, code, message) => {
    const failure = fgsm.run({ ...context, ...change });
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(message);
  });
});

const facts = { title: "", source: "", norms: ["l2"], params: {} } as const;

it("a minimal attack takes no eps and returns one batch", async () => {
  const minimal = defineAttack({ ...facts, id: "m", family: "minimal", needs: "labels", run: async ({ x }) => [x] });
  const asked = { ...context, model: oracle, norm: "l2" as const };
  await expect(minimal.run(asked)).rejects.toThrow(/takes no eps/);
  expect(await minimal.run({ ...asked, eps: undefined })).toEqual([context.x]);
});

it("an attack that breaks its word is a bug of ours", async () => {
  const none = defineAttack({ ...facts, id: "n", family: "budget", needs: "gradient", run: async () => [] });
  await expect(none.run({ ...context, norm: "l2" })).rejects.toThrow(/returned 0 batches, expected 1/);
  const wrong = defineAttack({
    ...facts,
    id: "w",
    family: "budget",
    needs: "gradient",
    run: async () => [zeros([1, 2])],
  });
  await expect(wrong.run({ ...context, norm: "l2" })).rejects.toThrow(/what attack w returned has shape \[1, 2\]/);
});

it("a scores attack is not given an oracle of labels", async () => {
  const scores = defineAttack({ ...facts, id: "s", family: "budget", needs: "scores", run: async ({ x }) => [x] });
  await expect(scores.run({ ...context, norm: "l2", model: oracle })).rejects.toThrow(
    /needs scores, model board gives labels/,
  );
});

it("an unknown attack suggests the nearest", () => {
  expect(attackById("pgd").id).toBe("pgd");
  expect(() => attackById("pdg")).toThrow(
    expect.objectContaining({ code: "ATTACK_UNKNOWN", hint: expect.stringContaining("Did you mean pgd?") }),
  );
});
