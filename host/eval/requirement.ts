/** Gates such as `device.robust_accuracy@pgd,1/255>=0.30`. */

import { McuEvalError } from "../core/index.js";
import { ENGINES, type EngineName } from "./engines.js";

export const MEASURES = ["accuracy", "robust_accuracy", "attack_success", "transfer_rate", "mismatches"] as const;
export type Measure = (typeof MEASURES)[number];

const COMPARISONS = {
  ">=": (value: number, bound: number) => value >= bound,
  "<=": (value: number, bound: number) => value <= bound,
  ">": (value: number, bound: number) => value > bound,
  "<": (value: number, bound: number) => value < bound,
} as const;

export interface Requirement {
  /** As entered. */
  readonly text: string;
  readonly engine: EngineName;
  readonly measure: Measure;
  /** Attack id and eps as entered with `--eps`; absent parts match all. */
  readonly attack?: string;
  readonly eps?: string;
  readonly comparison: keyof typeof COMPARISONS;
  readonly bound: number;
}

const PATTERN = /^(\w+)\.(\w+)(?:@([\w-]+)(?:,([^<>=,\s]+))?)?\s*(>=|<=|>|<)\s*(-?\d*\.?\d+(?:e[+-]?\d+)?)(%?)$/i;

const HINT = "Write <engine>.<measure>@<attack>,<eps>>=<number>, e.g. device.robust_accuracy@pgd,1/255>=0.30.";

/** Parses one gate. @throws McuEvalError USAGE */
export function parseRequirement(text: string): Requirement {
  const match = PATTERN.exec(text.trim());
  if (!match) throw new McuEvalError("USAGE", `requirement "${text}" cannot be read`, { hint: HINT });
  const [, engine, measure, attack, eps, comparison, number, percent] = match;
  const known = <T extends string>(name: string | undefined, names: readonly T[], what: string): T => {
    const found = names.find((candidate) => candidate === name);
    if (found) return found;
    throw new McuEvalError("USAGE", `requirement "${text}" names the ${what} "${name}", expected ${names.join(", ")}`, {
      hint: HINT,
    });
  };
  return {
    text: text.trim(),
    engine: known(engine, ENGINES, "engine"),
    measure: known(measure, MEASURES, "measure"),
    ...(attack === undefined ? {} : { attack }),
    ...(eps === undefined ? {} : { eps }),
    comparison: comparison as keyof typeof COMPARISONS,
    bound: Number(number) / (percent ? 100 : 1),
  };
}

/** Whether a measured value satisfies the gate. */
export function satisfies(requirement: Requirement, value: number): boolean {
  return COMPARISONS[requirement.comparison](value, requirement.bound);
}
