/**
 * AutoAttack, standard version: four attacks in turn, each on the samples that resisted those before it.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, section 6 and the standard version of the authors' code.
 * Departs where several budgets are asked at once, never to the loss of strength at one of them: apgd-ce
 * runs at each; a sample that resists it there but fell at a smaller budget keeps that point and is left
 * alone; fab-t does not know the budget and runs once, on each sample until it is below the smallest
 * budget that the sample resists. What resists everything ends at the point of apgd-ce or apgd-t that has
 * the larger margin.
 */

import { type Batch, type GradientModel, gather, row, snapToGrid } from "../core/index.js";
import { apgdCe } from "./apgd-ce.js";
import { apgdT } from "./apgd-t.js";
import { type AttackContext, defineAttack, stopIfAborted } from "./attack.js";
import { fabT } from "./fab-t.js";
import { count, parseParams, type ValuesOf } from "./params.js";
import { apgdParams } from "./parts/apgd-runs.js";
import { type BudgetState, inherit, isWithin, offer, resisting, stateOf } from "./parts/ensemble.js";
import { fabOverTargets, fabParams } from "./parts/fab-targets.js";
import { floatOracle } from "./parts/float-oracle.js";
import { fooledRows, goalOf, labelsAt } from "./parts/goal.js";
import { square } from "./square.js";

const PAPER = "Croce & Hein 2020, arXiv:2003.01690, section 6";

const params = {
  steps: count(100, 1, {
    help: "steps of apgd-ce, and of apgd-t and fab-t for each class",
    source: PAPER,
    reason: "the standard version's",
  }),
  targetClasses: count(9, 1, {
    help: "classes that apgd-t and fab-t try as targets; as many as there are where this is more",
    source: PAPER,
    reason: "the standard version's: all others of 10 classes",
  }),
  earlyStop: apgdParams.earlyStop,
  queries: count(5000, 1, {
    help: "squares that square tries a sample",
    source: PAPER,
    reason: "the standard version's",
  }),
};

type Context = AttackContext<GradientModel, ValuesOf<typeof params>>;

export const autoattack = defineAttack({
  id: "autoattack",
  title: "AutoAttack, standard ensemble",
  source: "Croce & Hein 2020, arXiv:2003.01690",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params,
  parts: () => [apgdCe.id, apgdT.id, fabT.id, square.id],
  async run(context) {
    const { model, x, labels, goal, eps = [], grid, signal, foundBy, progress } = context;
    stopIfAborted(signal);
    // Judged as it would be returned: off the grid a clean sample may fool where its nearest grid point does not.
    const unmoved = { data: grid ? snapToGrid(x.data, grid) : x.data, shape: x.shape };
    const isFooledClean = fooledRows(await model.logits(unmoved), labels, goal);
    const ascending = [...new Set(eps)].sort((a, b) => a - b);
    const states = ascending.map((budget) => stateOf(unmoved, budget, isFooledClean));
    for (const [p, run] of [runGradient(apgdCe), runGradient(apgdT), runFab, runSquare].entries()) {
      await run({ ...context, progress: (part) => progress?.((p + part) / 4) }, states, p);
      progress?.((p + 1) / 4);
    }
    return eps.map((budget, e) => {
      const state = states[ascending.indexOf(budget)] as BudgetState;
      for (const [i, part] of state.foundBy.entries()) if (part !== null) foundBy?.(i, e, part);
      return state.points;
    });
  },
});

type Part = (context: Context, states: readonly BudgetState[], place: number) => Promise<void>;

/** apgd-ce at every budget, apgd-t at those where a smaller one did not help; from the smallest budget up. */
function runGradient(attack: typeof apgdCe): Part {
  return async (context, states, place) => {
    const { steps, targetClasses, earlyStop } = context.params;
    const entered = attack === apgdT ? { steps, earlyStop, targetClasses } : { steps, earlyStop };
    for (const [e, state] of states.entries()) {
      if (attack !== apgdCe) inherit(state, states[e - 1]);
      const rows = resisting(state);
      if (rows.length > 0) {
        const progress = (part: number): void => context.progress?.((e + part) / states.length);
        const own = { ...subContext({ ...context, progress }, rows, place), eps: [state.eps] };
        const [points] = await attack.run({ ...own, params: parseParams(attack.id, attack.params, entered) });
        await offer(context, state, rows, points as Batch, attack.id);
      }
      inherit(state, states[e - 1]);
    }
  };
}

/** fab-t once, for all samples that resist somewhere. */
const runFab: Part = async (context, states, place) => {
  const rows = [...new Set(states.flatMap(resisting))].sort((a, b) => a - b);
  if (rows.length === 0) return;
  const { steps, targetClasses } = context.params;
  const params = parseParams(fabT.id, fabParams, { steps, targetClasses });
  const own = { ...subContext(context, rows, place), eps: undefined, params };
  // On a grid the smallest perturbation is wanted: how far it stays below eps decides what rounding undoes.
  const points = context.grid
    ? ((await fabT.run(own))[0] as Batch)
    : (
        await fabOverTargets(
          own,
          Float64Array.from(rows, (i) => smallestResisted(states, i)),
        )
      ).points;
  for (const state of states) {
    const places = Array.from(rows.keys()).filter((j) => {
      const i = rows[j] as number;
      return !state.isFooled[i] && isWithin(context, state, row(points, j), i);
    });
    const near = places.map((j) => rows[j] as number);
    if (near.length > 0) await offer(context, state, near, gather(points, places), fabT.id);
  }
};

const runSquare: Part = async (context, states, place) => {
  const { model, params } = context;
  if (![2, 3].includes(model.inputShape.length)) {
    context.note?.(
      `autoattack leaves ${square.id} out: it needs images, the model's input is [${model.inputShape.join(", ")}]`,
    );
    return;
  }
  const entered = { steps: params.queries };
  for (const [e, state] of states.entries()) {
    inherit(state, states[e - 1]);
    const rows = resisting(state);
    if (rows.length === 0) continue;
    const progress = (part: number): void => context.progress?.((e + part) / states.length);
    const own = { ...subContext({ ...context, progress }, rows, place), eps: [state.eps], model: floatOracle(model) };
    const [points] = await square.run({ ...own, params: parseParams(square.id, square.params, entered) });
    await offer(context, state, rows, points as Batch, square.id);
  }
};

/** @param states in ascending order of their budgets */
function smallestResisted(states: readonly BudgetState[], i: number): number {
  return states.find(({ isFooled }) => !isFooled[i])?.eps ?? Number.POSITIVE_INFINITY;
}

/** Restarts of the parts draw from streams this far apart. */
const STREAMS = 1000;

/** The context of some of the rows, with random streams of the part's own. */
function subContext(context: Context, rows: readonly number[], place: number): Omit<Context, "params" | "foundBy"> {
  const { params: _, foundBy: __, ...rest } = context;
  return {
    ...rest,
    x: gather(context.x, rows),
    labels: labelsAt(context.labels, rows),
    samples: rows.map((i) => context.samples[i] as number),
    goal: goalOf(context.goal, rows),
    rng: (sample, restart = 0) => context.rng(sample, place * STREAMS + restart),
  };
}
