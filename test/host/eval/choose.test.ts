import { describe, expect, it } from "vitest";
import { ATTACKS, PRESETS, presetById } from "../../../host/attacks/index.js";
import type { ModelShape } from "../../../host/core/index.js";
import { type ChoiceRequest, chooseAttacks, leftOutOf } from "../../../host/eval/choose.js";
import { GRID } from "./fakes.js";

const MODEL: ModelShape = { id: "net", inputShape: [32, 32, 3], classes: 10, bounds: [0, 1] };

const choose = (request: Partial<ChoiceRequest>) =>
  chooseAttacks({ attacks: [], grid: false, ...request }, GRID, MODEL);
const settings = (request: Partial<ChoiceRequest>) => choose(request).map((chosen) => chosen.settings);
const entered = (request: Partial<ChoiceRequest>) => settings(request).map(({ eps }) => eps.map((one) => one.entered));
const ask = (id: string, more: Partial<ChoiceRequest["attacks"][number]> = {}) => ({ id, params: {}, ...more });

describe("norm, budgets and goal of an attack", () => {
  it("are its own before the run's, and the run's before the defaults", () => {
    const attacks = [ask("pgd"), ask("pgd", { norm: "l2", eps: ["0.5", "1"] }), ask("fgsm", { norm: "l2" })];
    expect(settings({ attacks }).map(({ norm }) => norm)).toEqual(["linf", "l2", "l2"]);
    expect(entered({ attacks })).toEqual([
      ["0.4/255", "0.6/255", "1/255", "2/255", "4/255"],
      ["0.5", "1"],
      ["0.05", "0.1", "0.2", "0.5", "1"],
    ]);
    expect(entered({ attacks, eps: ["2/255"] })).toEqual([["2/255"], ["0.5", "1"], ["2/255"]]);
    const goal = { kind: "targeted", target: "random" } as const;
    const aimed = settings({ attacks: [ask("pgd", { goal }), ask("fgsm")], goal: { kind: "targeted", target: "3" } });
    expect(aimed.map(({ goal: kind, target }) => [kind, target])).toEqual([
      ["targeted", "random"],
      ["targeted", "3"],
    ]);
    expect(settings({ attacks: [ask("deepfool")] })[0]).toMatchObject({ norm: "l2", eps: [], goal: "untargeted" });
  });

  it("names what a white box follows and a black box asks", () => {
    const request = { attacks: [ask("pgd"), ask("square")], source: "twin", oracle: "native", maxQueries: 30 } as const;
    const [pgd, square] = settings(request);
    expect(pgd).toMatchObject({ source: "twin" });
    expect(pgd).not.toHaveProperty("oracle");
    expect(square).toMatchObject({ oracle: "native", scores: "output", budget: 30 });
    expect(square).not.toHaveProperty("source");
    expect(settings({ attacks: [ask("square")] })[0]).toMatchObject({ oracle: "float" });
    expect(settings({ attacks: [ask("square")] })[0]).not.toHaveProperty("scores");
  });

  it("leaves both networks to an attack that needs both", () => {
    const [pgd, diva] = settings({ attacks: [ask("pgd"), ask("diva")], source: "twin" });
    expect([pgd?.source, diva?.source]).toEqual(["twin", "float"]);
  });

  it("names what the finish has to fool, where that is not what the attack ran on", () => {
    const finish = (finishOn: "float" | "native") =>
      settings({ attacks: [ask("deepfool"), ask("pgd")], grid: true, finishOn }).map((one) => one.finish_on);
    expect(finish("native")).toEqual(["native", undefined]);
    expect(finish("float")).toEqual([undefined, undefined]);
  });
});

describe("all and presets", () => {
  it("stand for every attack with its first norm and its defaults", () => {
    const all = settings({ attacks: [ask("all")] });
    expect(all.map(({ id, norm }) => [id, norm])).toEqual(ATTACKS.map(({ id, norms }) => [id, norms[0]]));
  });

  it("leave out attacks that lack the norm asked for, and say which", () => {
    const request = { attacks: [ask("all")], norm: "l1" } as const;
    expect(settings(request).map(({ id, norm }) => [id, norm])).toEqual([
      ["ead", "l1"],
      ["fmn", "l1"],
    ]);
    expect(leftOutOf({ ...request, grid: false })).toMatch(/^--attack all leaves out what does not know l1: apgd-ce, /);
    const own = { attacks: [ask("all", { norm: "l2" }), ask("jsma")], grid: false };
    const able = ATTACKS.filter(({ norms }) => norms.includes("l2")).map(({ id }) => id);
    expect(settings(own).map(({ id }) => id)).toEqual([...able, "jsma"]);
    expect(leftOutOf(own)).toBe("--attack all leaves out what does not know l2: cw-linf, jsma");
    expect(leftOutOf({ attacks: [ask("all")], grid: false })).toBeNull();
    expect(() => choose({ attacks: [ask("all"), ask("jsma")], norm: "l2" })).toThrow(/jsma does not know the norm l2/);
  });

  it("take the preset's settings, and what is entered with an attack before those", () => {
    const [pgd] = choose({ attacks: [ask("pgd", { params: { restarts: "2" } })], preset: "paper" });
    expect(pgd?.params).toMatchObject({ steps: 20, restarts: 2, stepSize: 0.1 });
    expect(pgd?.settings.eps).toHaveLength(12);
    expect(entered({ attacks: [ask("pgd", { eps: ["1/255"] })], preset: "paper" })).toEqual([["1/255"]]);
    const square = (norm?: "l2") => settings({ attacks: [ask("square", norm && { norm })], preset: "paper" });
    expect(square().map(({ norm }) => norm)).toEqual(["l2", "linf"]);
    expect(square("l2").map(({ norm }) => norm)).toEqual(["l2"]);
  });

  it.each(PRESETS.map(({ id }) => id))(
    "%s holds the twelve configurations, each with parameters that there are",
    (id) => {
      const rows = settings({ attacks: [ask("all")], preset: id });
      expect(rows).toHaveLength(12);
      expect(new Set(presetById(id).attacks.map((row) => row.id)).size).toBe(11);
    },
  );

  it("no attack has a parameter of a reserved name, and every black box says how much it may ask", () => {
    for (const { id, params, needs, mostQueries } of ATTACKS) {
      for (const name of ["norm", "eps", "goal"]) expect(Object.keys(params), id).not.toContain(name);
      if (needs !== "gradient") expect(mostQueries, id).toBeDefined();
    }
  });
});

describe("what is refused", () => {
  const targeted = (target: string) => ({ kind: "targeted", target }) as const;
  it.each<[Partial<ChoiceRequest>, string, RegExp]>([
    [{ attacks: [ask("pdg")] }, "ATTACK_UNKNOWN", /"pdg"/],
    [{ attacks: [ask("pgd", { params: { stepps: 3 } })] }, "ATTACK_UNKNOWN", /no parameter "stepps"/],
    [{ attacks: [ask("deepfool")], norm: "l0" }, "USAGE", /deepfool does not know the norm l0/],
    [{ attacks: [ask("deepfool")], eps: ["1/255"] }, "USAGE", /no chosen attack takes a budget/],
    [{ attacks: [ask("deepfool", { eps: ["1/255"] })] }, "USAGE", /smallest perturbation and takes no eps/],
    [{ attacks: [ask("pgd", { eps: ["1/255", "0.00392156862745098"] })] }, "USAGE", /given twice/],
    [{ attacks: [ask("pgd", { eps: ["-1"] })] }, "EPS_INVALID", /-1/],
    [{ attacks: [ask("pgd")], goal: targeted("10") }, "USAGE", /target class 10 does not exist, expected 0 to 9/],
    [{ attacks: [ask("pgd"), ask("pgd", { eps: ["1/255"] })] }, "USAGE", /given twice with the same parameters/],
    [{ attacks: [ask("fgsm")], preset: "paper" }, "USAGE", /the preset paper has no settings of fgsm/],
    [{ attacks: [ask("pgd")], preset: "papper" }, "ATTACK_UNKNOWN", /no preset "papper"/],
    [{ attacks: [ask("pgd")], preset: "paper", eps: ["1/255"] }, "USAGE", /--eps is given, but the preset/],
    [{ attacks: [ask("pgd")], preset: "paper", norm: "l2" }, "USAGE", /--norm is given, but the preset/],
    [{ attacks: [ask("pgd")], oracle: "native" }, "USAGE", /--oracle has no effect here/],
    [{ attacks: [ask("square")], source: "twin" }, "USAGE", /--source has no effect here/],
    [{ attacks: [ask("diva")], source: "twin" }, "USAGE", /--source has no effect here/],
    [{ attacks: [ask("pgd", { norm: "l2" })], preset: "paper" }, "USAGE", /no settings of pgd in l2/],
    [{ attacks: [ask("square")], maxQueries: 4 }, "USAGE", /5 queries a sample to begin at its 5 eps together, not 4/],
    [{ attacks: [ask("square")], oracleScores: "logits" }, "USAGE", /float model gives its logits anyway/],
    [{ attacks: [ask("boundary")], oracle: "native", oracleScores: "logits" }, "USAGE", /asks for scores/],
    [{ attacks: [ask("pgd")], maxQueries: 9 }, "USAGE", /--max-queries has no effect/],
    [{ attacks: [ask("pgd")], maxMinutes: 9 }, "USAGE", /--max-minutes has no effect/],
    [{ attacks: [ask("deepfool")], finishOn: "native" }, "USAGE", /with --grid alone/],
    [{ attacks: [ask("pgd")], finishOn: "native", grid: true }, "USAGE", /smallest perturbation/],
  ])("%j", (request, code, message) => {
    expect(() => choose(request)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it("a budget too small to begin, naming what is needed", () => {
    for (const { id, leastQueries } of ATTACKS) {
      if (!leastQueries) continue;
      const [chosen] = choose({ attacks: [ask(id)] });
      const least = leastQueries(chosen?.params as never, MODEL);
      if (least <= 1) continue;
      expect(() => choose({ attacks: [ask(id)], maxQueries: least - 1 })).toThrow(
        expect.objectContaining({ code: "USAGE", message: expect.stringContaining(`needs ${least} queries`) }),
      );
      expect(() => choose({ attacks: [ask(id)], maxQueries: least })).not.toThrow();
    }
  });
});
