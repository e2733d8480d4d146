/** What an attack is: a plain object that proposes adversarial batches and never judges them. */

import {
  assertShape,
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  McuEvalError,
  type ModelShape,
  type Norm,
  type Oracle,
  type Rng,
  snapToGrid,
} from "../core/index.js";
import type { ParamsSchema, ParamValues, ValuesOf } from "./params.js";
import { finishOnGrid } from "./parts/grid-finish.js";

/** "budget": the best loss inside an eps-ball; "minimal": the smallest perturbation that fools. */
export type Family = "budget" | "minimal";

/** What the attack asks of the model. */
export type Needs = "gradient" | "scores" | "labels";

export type Goal =
  /** Any class but the label. */
  | { readonly kind: "untargeted" }
  /** Sample i is to be taken for `targets[i]`. */
  | { readonly kind: "targeted"; readonly targets: Int32Array };

export interface AttackContext<M = GradientModel | Oracle, P = ParamValues> {
  readonly model: M;
  /** Clean samples, [N, ...model.inputShape], in model.bounds. Read only. */
  readonly x: Batch;
  /** [N] */
  readonly labels: Int32Array;
  /** [N] each row's number in the whole dataset: the key of its random stream and of its query count. */
  readonly samples: readonly number[];
  readonly goal: Goal;
  readonly norm: Norm;
  /** Budgets in units of the input; needed by the budget family, absent for the minimal one. */
  readonly eps?: readonly number[] | undefined;
  readonly params: P;
  /** The stream of a sample; equal arguments open equal streams. */
  readonly rng: (sample: number, restart?: number) => Rng;
  /** Search on this integer grid: every value returned is one of its points. */
  readonly grid?: Grid | undefined;
  /** What the grid finish of a minimal-norm attack has to fool; `model` where absent. */
  readonly finishModel?: GradientModel | Oracle | undefined;
  /** The differentiable twin of the quantised target, for attacks that need both networks. */
  readonly twin?: GradientModel | undefined;
  /** Points to start from, [N, ...inputShape], for attacks that walk back from a fooling point. */
  readonly start?: Batch | undefined;
  /** Told which part of an ensemble made row `row` of the batch of budget number `budget`. */
  readonly foundBy?: ((row: number, budget: number, part: string) => void) | undefined;
  /** Told that queries from here on are for budget number `budget`; without it all budgets are charged alike. */
  readonly beginBudget?: ((budget: number) => void) | undefined;
  /** A sentence the user should read, e.g. that flat scores defeated the attack. */
  readonly note?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how much of this call is done, 0 … 1. */
  readonly progress?: ((fraction: number) => void) | undefined;
}

type ModelFor<N extends Needs> = N extends "gradient" ? GradientModel : Oracle;

interface AttackFacts<N extends Needs, S extends ParamsSchema> {
  /** The field's name for it. */
  readonly id: string;
  readonly title: string;
  /** Authors, year, arXiv number. */
  readonly source: string;
  readonly family: Family;
  readonly norms: readonly Norm[];
  readonly needs: N;
  /** It asks the twin of the quantised target too. */
  readonly needsTwin?: boolean;
  readonly params: S;
  /**
   * Queries that one sample may cost at one budget, at most, its grid finish apart: what a forecast is made of.
   * A bound and no estimate: samples may need far less. Black boxes have it.
   *
   * @param model what the number depends on beside the parameters
   */
  mostQueries?(params: ValuesOf<S>, model: ModelShape): number;
  /** Queries below which it cannot begin; 1 where absent. */
  leastQueries?(params: ValuesOf<S>, model: ModelShape): number;
  /** Parts of an ensemble in the order in which they run, as `foundBy` names them. */
  parts?(params: ValuesOf<S>, model: Pick<ModelShape, "classes">): readonly string[];
}

export interface AttackSpec<N extends Needs, S extends ParamsSchema> extends AttackFacts<N, S> {
  run(context: AttackContext<ModelFor<N>, ValuesOf<S>>): Promise<Batch[]>;
}

export interface Attack extends AttackFacts<Needs, ParamsSchema> {
  /**
   * One batch of x's shape an eps, in their order; the minimal family returns one batch.
   * A row of NaN says that the attack gave up on that sample. It never says whether it fooled.
   *
   * @throws McuEvalError USAGE when norm, eps or model do not fit the attack, DATA_MISMATCH when shapes
   * differ, INTERRUPTED when `signal` fires
   */
  run(context: AttackContext): Promise<Batch[]>;
}

/** Makes an attack of its description: what goes in and what comes out is checked here, once for all. */
export function defineAttack<N extends Needs, S extends ParamsSchema>(spec: AttackSpec<N, S>): Attack {
  return {
    ...spec,
    async run(context) {
      checkContext(spec, context);
      const model = context.grid ? onGrid(context.model, context.grid) : context.model;
      const batches = await spec.run({ ...context, model } as AttackContext<ModelFor<N>, ValuesOf<S>>);
      const expected = spec.family === "budget" ? (context.eps ?? []).length : 1;
      if (batches.length !== expected) {
        throw new McuEvalError(
          "INTERNAL",
          `attack ${spec.id} returned ${batches.length} batches, expected ${expected}`,
        );
      }
      for (const batch of batches) assertShape(batch, context.x.shape, `what attack ${spec.id} returned`);
      return spec.family === "minimal" ? await finish(batches, context) : batches;
    },
  };
}

/** A black box that is to be searched on a grid answers for grid points only. */
function onGrid(model: GradientModel | Oracle, grid: Grid): GradientModel | Oracle {
  if (model.kind === "gradient" || model.grid) return model;
  return {
    ...model,
    grid,
    query: (x, samples) => model.query({ data: snapToGrid(x.data, grid), shape: x.shape }, samples),
  };
}

/** Brings smallest perturbations to the grid; those of a black box that was asked on the grid are there. */
async function finish(batches: Batch[], context: AttackContext): Promise<Batch[]> {
  const { model, grid, finishModel, x, signal } = context;
  if (grid === undefined || (model.kind === "oracle" && finishModel === undefined)) return batches;
  const shared = { ...context, clean: x, grid, stop: () => stopIfAborted(signal) };
  const guide = model.kind === "gradient" ? model : undefined;
  return Promise.all(batches.map((found) => finishOnGrid({ ...shared, found, guide, judge: finishModel ?? model })));
}

function checkContext(spec: AttackFacts<Needs, ParamsSchema>, context: AttackContext): void {
  const { model, x, labels, samples, goal, norm, eps } = context;
  const kind = spec.needs === "gradient" ? "gradient" : "oracle";
  if (model.kind !== kind || (model.kind === "oracle" && spec.needs === "scores" && model.gives === "labels")) {
    const offered = model.kind === "oracle" ? model.gives : "gradient";
    throw new McuEvalError("USAGE", `attack ${spec.id} needs ${spec.needs}, model ${model.id} gives ${offered}`);
  }
  if (!spec.norms.includes(norm)) {
    throw new McuEvalError(
      "USAGE",
      `attack ${spec.id} does not know the norm ${norm}, expected ${spec.norms.join(" or ")}`,
    );
  }
  if (spec.needsTwin && context.twin === undefined) {
    throw new McuEvalError("USAGE", `attack ${spec.id} needs the differentiable twin of the quantised model`);
  }
  if (spec.family === "budget" && (eps === undefined || eps.length === 0)) {
    throw new McuEvalError("USAGE", `attack ${spec.id} needs at least one eps`, { hint: "Give --eps, e.g. 8/255." });
  }
  if (spec.family === "minimal" && eps !== undefined) {
    throw new McuEvalError("USAGE", `attack ${spec.id} looks for the smallest perturbation and takes no eps`);
  }
  const bad = eps?.find((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad !== undefined) throw new McuEvalError("EPS_INVALID", `eps is ${bad}, expected a number that is not negative`);
  assertShape(x, [null, ...model.inputShape], `the input of attack ${spec.id}`);
  const count = countOf(x);
  const targets = goal.kind === "targeted" ? goal.targets.length : count;
  if (labels.length !== count || samples.length !== count || targets !== count) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `attack ${spec.id} got ${count} samples, ${labels.length} labels, ${samples.length} sample numbers and ${targets} targets`,
    );
  }
}

/** Throws INTERRUPTED once the signal has fired. Call between passes. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new McuEvalError("INTERRUPTED", "the attack was interrupted", { cause: signal.reason });
}
