/** Budgets of an attack: as entered, or those that go with its norm. */

import type { Attack } from "../attacks/index.js";
import { type Grid, McuEvalError, type Norm, parseEps, stepsWithin } from "../core/index.js";
import type { EpsRecord } from "../data/index.js";

/**
 * Budgets where none are given. linf: around one step of an 8-bit input grid, below which rounding undoes
 * everything. l2: from what DeepFool needs on an undefended CIFAR-10 network (its median lies below 0.1), by
 * way of RobustBench's 0.5, to the 1.0 of Costa & Pinto's Square attack.
 */
export const DEFAULT_EPS: Readonly<Partial<Record<Norm, readonly string[]>>> = {
  linf: ["0.4/255", "0.6/255", "1/255", "2/255", "4/255"],
  l2: ["0.05", "0.1", "0.2", "0.5", "1"],
};

/**
 * The budgets of one attack; none for attacks that look for the smallest perturbation.
 *
 * @param own given with this attack @param shared given for all of them
 * @throws McuEvalError EPS_INVALID, USAGE for budgets that the attack cannot take, or one given twice
 */
export function epsOf(
  attack: Pick<Attack, "id" | "family">,
  norm: Norm,
  own: readonly string[] | undefined,
  shared: readonly string[] | undefined,
  grid: Grid,
): EpsRecord[] {
  if (attack.family === "minimal") {
    if (own === undefined) return [];
    throw new McuEvalError("USAGE", `attack ${attack.id} looks for the smallest perturbation and takes no eps`, {
      hint: "Leave it out: the norms that the attack found are in the results.",
    });
  }
  const entered = own ?? shared ?? DEFAULT_EPS[norm];
  if (entered === undefined) {
    throw new McuEvalError("USAGE", `attack ${attack.id} has no default eps for ${norm}`, {
      hint: `Give some, as ${attack.id}:eps=10+20.`,
    });
  }
  const eps = entered.map((text) => {
    const { entered: name, value } = parseEps(text, grid);
    return { entered: name, value, steps: stepsWithin(value, grid) };
  });
  const twice = eps.find(({ value }, i) => eps.findIndex((other) => other.value === value) < i);
  if (twice) throw new McuEvalError("USAGE", `eps ${twice.entered} is given twice to attack ${attack.id}`);
  return eps;
}
