/** What the attacks of a run see of the model: the network they follow, the oracle they ask, and how often. */

import type { Attack, ParamValues } from "../attacks/index.js";
import { McuEvalError, type ModelShape } from "../core/index.js";
import type { AttackSettings, OracleName } from "../data/index.js";

export interface BoxRequest {
  /** The network whose gradients white-box attacks follow; default float. */
  readonly source?: "float" | "twin" | undefined;
  /** What black-box attacks ask; default float. */
  readonly oracle?: OracleName | undefined;
  /** The scores of a quantised oracle; default output. */
  readonly oracleScores?: "output" | "logits" | undefined;
  /** Queries a sample may cost an attack, at all its budgets together. */
  readonly maxQueries?: number | undefined;
  /** Minutes for all oracles of the run. */
  readonly maxMinutes?: number | undefined;
  /** Attacks search on the model's integer input grid. */
  readonly grid: boolean;
  /** What the grid finish of minimal-norm attacks has to fool; default what the attack ran on. */
  readonly finishOn?: OracleName | "twin" | undefined;
}

/**
 * The part of an attack's settings that says what it sees.
 *
 * @param budgets number of the attack's eps; 1 where it takes none
 * @throws McuEvalError USAGE for a budget below what the attack needs to begin
 */
export function boxSettings(
  attack: Attack,
  params: ParamValues,
  request: BoxRequest,
  model: ModelShape,
  budgets: number,
): Pick<AttackSettings, "source" | "twin" | "oracle" | "scores" | "budget" | "finish_on"> {
  const { oracle = "float", oracleScores = "output", maxQueries, grid, finishOn } = request;
  const source = hasSource(attack) ? (request.source ?? "float") : "float";
  const sees = attack.needs === "gradient" ? source : oracle;
  const finishes = grid && attack.family === "minimal" && finishOn !== undefined && finishOn !== sees;
  const finish = finishes ? { finish_on: finishOn } : {};
  if (attack.needs === "gradient") return { source, ...(attack.needsTwin && { twin: true as const }), ...finish };
  const least = budgets * (attack.leastQueries?.(params, model) ?? 1);
  if (maxQueries !== undefined && maxQueries < least) {
    const queries = `${least} ${least === 1 ? "query" : "queries"} a sample`;
    const among = budgets === 1 ? "" : ` at its ${budgets} eps together`;
    throw new McuEvalError("USAGE", `attack ${attack.id} needs ${queries} to begin${among}, not ${maxQueries}`, {
      hint: `Give --max-queries ${least} or more.`,
    });
  }
  const isQuantised = oracle !== "float" && attack.needs === "scores";
  return {
    oracle,
    ...(isQuantised && { scores: oracleScores }),
    ...(maxQueries !== undefined && { budget: maxQueries }),
    ...finish,
  };
}

/** Refuses flags that nothing of the run obeys: their user expects something else. @throws McuEvalError USAGE */
export function checkBoxes(request: BoxRequest, chosen: readonly { readonly attack: Attack }[]): void {
  const { source, oracle, oracleScores, maxQueries, maxMinutes, grid, finishOn } = request;
  const hasOneSource = chosen.some(({ attack }) => hasSource(attack));
  const hasBlack = chosen.some(({ attack }) => attack.needs !== "gradient");
  const hasScores = chosen.some(({ attack }) => attack.needs === "scores");
  const hasMinimal = chosen.some(({ attack }) => attack.family === "minimal");
  const asksEngine = isEngine(finishOn) && grid && hasMinimal;
  const rules: [boolean, string, string][] = [
    [source !== undefined && !hasOneSource, "--source", "no chosen attack follows the gradients of one network"],
    [oracle !== undefined && !hasBlack, "--oracle", "no chosen attack asks an oracle"],
    [oracleScores !== undefined && !hasScores, "--oracle-scores", "no chosen attack asks for scores"],
    [oracleScores !== undefined && !isEngine(oracle), "--oracle-scores", "the float model gives its logits anyway"],
    [maxQueries !== undefined && !hasBlack, "--max-queries", "no chosen attack asks an oracle"],
    [maxMinutes !== undefined && !hasBlack && !asksEngine, "--max-minutes", "no chosen attack asks an oracle"],
    [finishOn !== undefined && !grid, "--finish-on", "attacks end on the grid with --grid alone"],
    [finishOn !== undefined && !hasMinimal, "--finish-on", "no chosen attack looks for the smallest perturbation"],
  ];
  const broken = rules.find(([applies]) => applies);
  if (!broken) return;
  const [, flag, reason] = broken;
  throw new McuEvalError("USAGE", `${flag} has no effect here: ${reason}`, {
    hint: "Leave it out, or choose other attacks (see mcu-eval attack --list).",
  });
}

/** Whether the network whose gradients it follows can be chosen: an attack on both networks has no choice. */
function hasSource({ needs, needsTwin }: Attack): boolean {
  return needs === "gradient" && !needsTwin;
}

function isEngine(name: string | undefined): name is "native" | "device" {
  return name === "native" || name === "device";
}
