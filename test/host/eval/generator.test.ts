import { describe, expect, it } from "vitest";
import type { Attack, AttackContext } from "../../../host/attacks/index.js";
import { type Batch, type GradientModel, openStream } from "../../../host/core/index.js";
import { type AttackSettings, conditionsOf } from "../../../host/data/index.js";
import { type GeneratorOptions, generatorOf } from "../../../host/eval/generator.js";
import type { OracleLedger } from "../../../host/eval/oracle-ledger.js";
import { type Group, makePlan } from "../../../host/eval/plan.js";
import { EPS, fakeModel, GRID, SAMPLES, START } from "./fakes.js";

const never = new AbortController().signal;

/** The second batch, samples 103 to 105. */
function group(): Group {
  const conditions = conditionsOf(START.settings, "int8");
  return makePlan(conditions, 7, 3).find(({ step, batch }) => step === 0 && batch.begin === 3) as Group;
}

/** What a generator of these options asks its attack for. */
async function asked(
  changes: Partial<GeneratorOptions> = {},
  passes = 0,
  run?: Attack["run"],
  needs: Attack["needs"] = "gradient",
) {
  let context: AttackContext | undefined;
  const attack: Attack = {
    id: "spy",
    title: "",
    source: "",
    family: "budget",
    norms: ["linf"],
    needs,
    params: {},
    async run(given) {
      context = given;
      if (run) return run(given);
      for (let i = 0; i < passes; i++) await (given.model as GradientModel).logits(given.x);
      return (given.eps ?? [0]).map(() => given.x);
    },
  };
  const options = {
    attack,
    params: {},
    settings: { id: "spy", goal: "untargeted", norm: "linf", params: {}, eps: EPS } as AttackSettings,
    step: 0,
    open: async () => ({ model: fakeModel(), close: async () => undefined }),
    samples: SAMPLES,
    seed: 9,
    ...changes,
  };
  const clean: Batch = SAMPLES.clean(3, 6);
  const made = await generatorOf(options)(group(), clean, never);
  return { context: context as AttackContext, made, clean };
}

describe("generatorOf", () => {
  it("gives an attack its samples under their numbers in the split, and all budgets at once", async () => {
    const { context, clean } = await asked();
    expect(context.samples).toEqual([103, 104, 105]);
    expect(context.labels).toEqual(Int32Array.of(1, 0, 0));
    expect(context.x).toBe(clean);
    expect(context.eps).toEqual(EPS.map(({ value }) => value));
    expect(context.goal).toEqual({ kind: "untargeted" });
  });

  it("keys the random streams by seed, attack, sample and restart", async () => {
    const { context } = await asked();
    const firstOf = (...name: (string | number)[]) => openStream(9, ...name).uint32();
    expect(context.rng(104, 2).uint32()).toBe(firstOf("spy", 104, 2));
    expect(context.rng(104).uint32()).toBe(firstOf("spy", 104, 0));
  });

  it("hands on the grid where attacks search on it, and none elsewhere", async () => {
    expect((await asked({ grid: GRID })).context.grid).toBe(GRID);
    expect((await asked()).context).not.toHaveProperty("grid");
  });

  it("tells its progress from the first to the last, also of an attack that tells nothing", async () => {
    const told: number[] = [];
    await asked({ progress: (_, fraction) => void told.push(fraction) });
    expect(told).toEqual([0, 1]);
  });

  it("begins targeted attacks on labels at the run's next sample of the target class", async () => {
    const target = (label: number): number => 1 - label;
    const samples = {
      ...SAMPLES,
      subject: (at: number, step: number | null) => {
        const one = SAMPLES.subject(at, step);
        return step === null ? one : { ...one, target: target(one.label) };
      },
    };
    const settings = {
      id: "spy",
      goal: "targeted",
      target: "next",
      norm: "l2",
      params: {},
      eps: EPS,
    } as AttackSettings;
    const { context } = await asked({ samples, settings }, 0, undefined, "labels");
    // Rows 3, 4 and 5 have the labels 1, 0 and 0; of class 0 are rows 4, 5 and of class 1 rows 6 and, again, 2.
    const rows = [4, 6, 6].map((at) => SAMPLES.clean(at, at + 1).data);
    expect(context.start?.data).toEqual(Float32Array.from(rows.flatMap((values) => [...values])));
    expect((await asked({ samples, settings })).context).not.toHaveProperty("start");
    const aimless = { ...samples, count: 4, subject: (at: number) => ({ sample: at, label: 0, target: 1 }) };
    const none = await asked({ samples: aimless, settings }, 0, undefined, "labels");
    expect(none.context.start?.data.every(Number.isNaN)).toBe(true);
  });

  it("charges each budget its own queries, and those of all budgets in shares that add up", async () => {
    const queries = new Map([[104, 3]]);
    const ledger: OracleLedger = { queries, remaining: () => 0, charge: () => [] };
    const open = async () => ({ model: fakeModel(), ledger, close: async () => undefined });
    const run: Attack["run"] = async ({ beginBudget, x, eps = [] }) => {
      beginBudget?.(1);
      queries.set(103, 5).set(104, 4);
      beginBudget?.(0);
      queries.set(103, 7);
      return eps.map(() => x);
    };
    expect((await asked({ open }, 0, run)).made.queries).toEqual([
      [2, 1, 0],
      [5, 3, 0],
    ]);
  });

  it("counts what one sample and budget cost, rounded up", async () => {
    expect((await asked({}, 6)).made.passes).toEqual({ forward: 3, backward: 0 });
    expect((await asked({}, 1)).made.passes).toEqual({ forward: 1, backward: 0 });
  });
});
