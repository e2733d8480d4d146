/** The rows of a run's tables, in plan order: the clean inputs, then each attack at each eps. */

import type { QuantType } from "../core/index.js";
import type { AttackSettings, ConditionRecord, RunSettings } from "./run-manifest.js";
import type { EpsRecord } from "./run-record.js";

/** An eps as the end of a file name: 8/255 is "-8of255". */
function epsSuffix(eps: EpsRecord | null): string {
  return eps === null ? "" : `-${eps.entered.replaceAll("/", "of")}`;
}

/**
 * All conditions of a run with the names of their files.
 *
 * @param gridType integer type of the model's input grid; part of the file's name
 */
export function conditionsOf(settings: Pick<RunSettings, "attacks">, gridType: QuantType): ConditionRecord[] {
  const inputs = (stem: string): ConditionRecord["inputs"] => ({
    float: `inputs/${stem}.float32.npy`,
    grid: `inputs/${stem}.${gridType}.npy`,
  });
  const conditions: ConditionRecord[] = [{ index: 0, attack: "none", inputs: inputs("clean") }];
  for (const [step, { id, goal, target, norm, eps }] of settings.attacks.entries()) {
    for (const budget of eps.length > 0 ? eps : [null]) {
      const aim = target === undefined ? goal : `${goal}-${target}`;
      const stem = `${step + 1}-${id}-${aim}-${norm}${epsSuffix(budget)}`;
      const index = conditions.length;
      const shared = {
        index,
        attack: id,
        step,
        goal,
        ...(target === undefined ? {} : { target }),
        norm,
        inputs: inputs(stem),
      };
      conditions.push(budget === null ? shared : { ...shared, eps: budget });
    }
  }
  return conditions;
}

/** Whether an attack worked on the float model alone: its gradients, or the float model as its oracle. */
export function isMadeOnFloat({ source, oracle, twin }: AttackSettings): boolean {
  return !twin && (source ?? oracle ?? "float") === "float";
}
