/** What each operator of a model cost, from runs that counted them. */

import { McuEvalError } from "../core/index.js";

/** One run's counts, in instructions or cycles. */
export interface CountedRun {
  /** Of the whole Invoke, the cost of counting included. */
  readonly totalTicks: number;
  /** What it took to count one node. */
  readonly hookTicks: number;
  /** What a node that does nothing would have counted. */
  readonly emptyTicks: number;
  /** The means over this many consecutive runs are exact; 1: each count is. */
  readonly tickStep: number;
  readonly nodeTicks: readonly number[];
}

/** Whole numbers; `nodes`, summed, and `runtime` are `total`. */
export interface ProfileCosts {
  /** The kernels' own, in execution order. */
  readonly nodes: readonly number[];
  readonly kernels: number;
  /** What no kernel accounts for: the interpreter's loop and its checks. */
  readonly runtime: number;
  /** Of an Invoke that is not profiled. */
  readonly total: number;
  /** Whether the counter's steps cancel out over these runs. */
  readonly exact: boolean;
}

/**
 * Means over runs, without what the counting itself cost.
 *
 * @param runs at least one, consecutive and of one session
 */
export function profileCosts(runs: readonly CountedRun[]): ProfileCosts {
  const [first] = runs;
  if (first === undefined) throw new McuEvalError("INTERNAL", "the costs of no profile were asked for");
  const mean = (count: (run: CountedRun) => number): number =>
    Math.round(runs.reduce((sum, run) => sum + count(run), 0) / runs.length);
  const nodes = first.nodeTicks.map((_, i) => mean((run) => (run.nodeTicks[i] as number) - run.emptyTicks));
  const total = mean((run) => run.totalTicks - run.hookTicks * run.nodeTicks.length);
  const kernels = nodes.reduce((sum, ticks) => sum + ticks, 0);
  return { nodes, kernels, runtime: total - kernels, total, exact: runs.length % first.tickStep === 0 };
}
