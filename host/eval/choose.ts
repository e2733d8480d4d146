/** The attacks of a run: what was asked for, with every choice filled in and checked. */

import {
  ATTACKS,
  type Attack,
  attackById,
  type ParamValues,
  paramsToFile,
  parseParams,
  presetById,
} from "../attacks/index.js";
import { type Grid, McuEvalError, type ModelShape, type Norm } from "../core/index.js";
import { type AttackSettings, canonicalJson } from "../data/index.js";
import { type BoxRequest, boxSettings, checkBoxes } from "./choose-boxes.js";
import { epsOf } from "./choose-eps.js";
import { assertTarget, type GoalRequest } from "./targets.js";

/** Stands for every attack there is, or for every one of a preset. */
export const ALL = "all";

/** One attack as entered; what is absent is filled in from the whole request, the preset or the defaults. */
export interface AttackRequest {
  readonly id: string;
  readonly params: ParamValues;
  readonly norm?: Norm | undefined;
  /** As entered, e.g. "8/255". */
  readonly eps?: readonly string[] | undefined;
  readonly goal?: GoalRequest | undefined;
}

/** What the choice of attacks depends on. */
export interface ChoiceRequest extends BoxRequest {
  readonly attacks: readonly AttackRequest[];
  /** Id of a preset that names norm, budgets, goal and parameters of its attacks. */
  readonly preset?: string | undefined;
  /** For all attacks that do not name their own; absent where the user named none. */
  readonly eps?: readonly string[] | undefined;
  readonly norm?: Norm | undefined;
  readonly goal?: GoalRequest | undefined;
}

/** An attack of the request with all that it takes. */
export interface ChosenAttack {
  readonly attack: Attack;
  readonly params: ParamValues;
  readonly settings: AttackSettings;
}

/**
 * Fills in every default and checks every value, before any data is loaded.
 *
 * @param grid the model's input grid @param model its float network
 * @throws McuEvalError ATTACK_UNKNOWN, EPS_INVALID, USAGE
 */
export function chooseAttacks(request: ChoiceRequest, grid: Grid, model: ModelShape): ChosenAttack[] {
  const chosen = wantedOf(request).map((wanted) => choose(wanted, request, grid, model));
  if (request.eps && !chosen.some(({ attack }) => attack.family === "budget")) {
    const ids = [...new Set(chosen.map(({ attack }) => attack.id))].join(", ");
    throw new McuEvalError("USAGE", `--eps ${request.eps.join(",")} is given, but no chosen attack takes a budget`, {
      hint: `${ids || "The clean inputs"}: the smallest perturbation is looked for. Leave --eps out.`,
    });
  }
  checkBoxes(request, chosen);
  const names = chosen.map(({ settings: { eps, ...named } }) => canonicalJson(named));
  const again = chosen.find((_, i) => names.indexOf(names[i] as string) < i);
  if (again) {
    throw new McuEvalError("USAGE", `attack ${again.attack.id} is given twice with the same parameters`, {
      hint: "Give it once, or with other parameters, as pgd:steps=40; several budgets are one attack, as pgd:eps=1/255+2/255.",
    });
  }
  return chosen;
}

/** What `all` leaves out for want of a norm, in words; null where it leaves out nothing. */
export function leftOutOf({ attacks, preset, norm }: ChoiceRequest): string | null {
  if (preset !== undefined) return null;
  const lines = attacks.flatMap((wanted) => {
    const asked = wanted.norm ?? norm;
    const out = wanted.id === ALL ? ATTACKS.filter((attack) => !knows(attack, asked)) : [];
    return out.length > 0 ? [`leaves out what does not know ${asked}: ${out.map(({ id }) => id).join(", ")}`] : [];
  });
  return lines.length === 0 ? null : `--attack ${ALL} ${lines.join("; ")}`;
}

function knows({ norms }: Attack, norm: Norm | undefined): boolean {
  return norm === undefined || norms.includes(norm);
}

/** The request's attacks with `all` and the preset put in. */
function wantedOf({ attacks, preset, eps, norm, goal }: ChoiceRequest): readonly AttackRequest[] {
  if (preset === undefined) {
    return attacks.flatMap((wanted) => {
      if (wanted.id !== ALL) return [wanted];
      const able = ATTACKS.filter((attack) => knows(attack, wanted.norm ?? norm));
      return able.map((attack) => ({ ...wanted, id: attack.id }));
    });
  }
  const { id, attacks: rows } = presetById(preset);
  if (eps ?? norm ?? goal) {
    const flag = eps ? "--eps" : norm ? "--norm" : "--goal";
    throw new McuEvalError("USAGE", `${flag} is given, but the preset ${id} names its own for every attack`, {
      hint: "Change one attack at a time, as --attack pgd:eps=1/255+2/255.",
    });
  }
  return attacks.flatMap((wanted) => {
    const found = rows.filter(
      (row) => (wanted.id === ALL || row.id === wanted.id) && (wanted.norm === undefined || row.norm === wanted.norm),
    );
    if (found.length === 0) {
      if (wanted.id !== ALL) attackById(wanted.id);
      const what = wanted.norm === undefined ? wanted.id : `${wanted.id} in ${wanted.norm}`;
      throw new McuEvalError("USAGE", `the preset ${id} has no settings of ${what}`, {
        hint: `It has: ${rows.map((row) => `${row.id} (${row.norm})`).join(", ")}.`,
      });
    }
    return found.map((row) => ({
      id: row.id,
      params: { ...row.params, ...wanted.params },
      norm: row.norm,
      eps: wanted.eps ?? row.eps,
      goal: wanted.goal ?? row.goal,
    }));
  });
}

function choose(wanted: AttackRequest, request: ChoiceRequest, grid: Grid, model: ModelShape): ChosenAttack {
  const attack = attackById(wanted.id);
  const params = parseParams(attack.id, attack.params, wanted.params);
  const norm = wanted.norm ?? request.norm ?? (attack.norms[0] as Norm);
  if (!attack.norms.includes(norm)) {
    throw new McuEvalError("USAGE", `attack ${attack.id} does not know the norm ${norm}`, {
      hint: `It knows: ${attack.norms.join(", ")}. Give --norm to single attacks, as ${attack.id}:norm=${attack.norms[0]}.`,
    });
  }
  const goal = wanted.goal ?? request.goal ?? { kind: "untargeted" };
  if (goal.kind === "targeted") assertTarget(goal.target, model.classes);
  const eps = epsOf(attack, norm, wanted.eps, request.eps, grid);
  return {
    attack,
    params,
    settings: {
      id: attack.id,
      goal: goal.kind,
      ...(goal.kind === "targeted" && { target: goal.target }),
      norm,
      params: paramsToFile(params),
      eps,
      ...boxSettings(attack, params, request, model, Math.max(1, eps.length)),
    },
  };
}
