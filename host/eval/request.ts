/** What the user asked for, turned into settings that name every choice. */

import { type Attack, attackById, type ParamValues, paramsToFile, parseParams } from "../attacks/index.js";
import { type Grid, McuEvalError, type Norm, parseEps, stepsWithin } from "../core/index.js";
import { type AttackSettings, canonicalJson, type EpsRecord, type RunSettings, sha256Of } from "../data/index.js";
import { targetOf } from "./generator.js";

export interface RunRequest {
  readonly board: string;
  /** Id of a model folder, or a path. */
  readonly model: string;
  /** Folder of the float network that stands in for the model's own. */
  readonly float?: string | undefined;
  /** e.g. "cifar10:test". */
  readonly data: string;
  /** First sample of the split, and number of samples. */
  readonly offset: number;
  readonly n: number;
  readonly attacks: readonly { readonly id: string; readonly params: ParamValues }[];
  /** As entered, e.g. "8/255". */
  readonly eps: readonly string[];
  readonly norm: Norm;
  readonly goal: { readonly kind: "untargeted" } | { readonly kind: "targeted"; readonly target: string };
  readonly seed: number;
  /** Samples generated together. */
  readonly batch: number;
  /** Attacks search on the model's integer input grid. */
  readonly grid: boolean;
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
 * @throws McuEvalError ATTACK_UNKNOWN, EPS_INVALID, USAGE
 */
export function chooseAttacks(
  request: Pick<RunRequest, "attacks" | "eps" | "norm" | "goal">,
  grid: Grid,
  classes: number,
): ChosenAttack[] {
  const { goal } = request;
  if (goal.kind === "targeted") targetOf(goal.target, 0, classes);
  const eps = request.eps.map((text): EpsRecord => {
    const { entered, value } = parseEps(text, grid);
    return { entered, value, steps: stepsWithin(value, grid) };
  });
  const twice = eps.find(({ value }, i) => eps.findIndex((other) => other.value === value) < i);
  if (twice) throw new McuEvalError("USAGE", `eps ${twice.entered} is given twice`);
  const chosen = request.attacks.map(({ id, params: entered }): ChosenAttack => {
    const attack = attackById(id);
    const params = parseParams(attack.id, attack.params, entered);
    if (!attack.norms.includes(request.norm)) {
      throw new McuEvalError("USAGE", `attack ${id} does not know the norm ${request.norm}`, {
        hint: `It knows: ${attack.norms.join(", ")}.`,
      });
    }
    return {
      attack,
      params,
      settings: {
        id: attack.id,
        goal: goal.kind,
        ...(goal.kind === "targeted" && { target: goal.target }),
        norm: request.norm,
        params: paramsToFile(params),
        eps: attack.family === "budget" ? eps : [],
      },
    };
  });
  const names = chosen.map(({ settings }) => canonicalJson([settings.id, settings.params]));
  const again = chosen.find((_, i) => names.indexOf(names[i] as string) < i);
  if (again) {
    throw new McuEvalError("USAGE", `attack ${again.attack.id} is given twice with the same parameters`, {
      hint: "Give it once, or with other parameters, as pgd:steps=40.",
    });
  }
  return chosen;
}

/** The settings a run is compared by when it is resumed. */
export function settingsOf(request: RunRequest, attacks: readonly ChosenAttack[]): RunSettings {
  const { board, model, float, data, offset, n, seed, batch, grid } = request;
  return {
    board,
    model,
    ...(float !== undefined && { float }),
    data,
    offset,
    n,
    seed,
    batch,
    grid,
    attacks: attacks.map(({ settings }) => settings),
  };
}

/** Digits of the hash in a run's id. */
const ID_DIGITS = 8;

/** A run's id: readable, and the same for the same settings, so that the same command finds its run again. */
export function runIdOf(settings: RunSettings, modelId: string): string {
  const attacks = settings.attacks.map(({ id }) => id).join("-") || "clean";
  return `${modelId}-${settings.board}-${attacks}-${sha256Of(canonicalJson(settings)).slice(0, ID_DIGITS)}`;
}
