/** Gates such as `device.robust_accuracy@pgd,1/255>=0.30`. */

import { ENGINES, type EngineName, McuEvalError, nearestHint, parseEps } from "../core/index.js";
import type { ConditionRecord, ResultRecord } from "../data/index.js";
import { CLEAN } from "./results.js";

/** What a gate may ask for, and of which engines a run measures it. */
const MEASURES = {
  accuracy: ENGINES,
  robust_accuracy: ENGINES,
  attack_success: ENGINES,
  transfer_rate: ["grid", "native", "device"],
  evasion_rate: ["grid", "native", "device"],
  mismatches: ["device"],
  above_eps: ["grid"],
} as const satisfies Record<string, readonly EngineName[]>;

export type Measure = keyof typeof MEASURES;

/** Gated by their count, not by their share of n. */
const COUNTS: readonly Measure[] = ["mismatches", "above_eps"];

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
  /** Attack id, and eps as given with `--eps`; absent parts match all. */
  readonly attack?: string;
  readonly eps?: string;
  readonly comparison: keyof typeof COMPARISONS;
  readonly bound: number;
}

export interface RequirementResult {
  readonly text: string;
  /** The least favourable of the conditions it covers; absent where it could not be measured. */
  readonly value?: number;
  readonly met: boolean;
}

const PATTERN = /^(\w+)\.(\w+)(?:@([\w-]+)(?:,([^<>=,\s]+))?)?\s*(>=|<=|>|<)\s*(-?\d*\.?\d+(?:e[+-]?\d+)?)(%?)$/i;

const HINT = "Write <engine>.<measure>@<attack>,<eps>>=<number>, e.g. device.robust_accuracy@pgd,1/255>=0.30.";

/** Parses one gate. @throws McuEvalError USAGE */
export function parseRequirement(text: string): Requirement {
  const match = PATTERN.exec(text.trim());
  if (!match) throw new McuEvalError("USAGE", `requirement "${text}" cannot be read`, { hint: HINT });
  const [, engine, measure, attack, eps, comparison, number, percent] = match;
  const known = <T extends string>(name = "", names: readonly T[], what: string): T => {
    const found = names.find((candidate) => candidate === name);
    if (found) return found;
    throw new McuEvalError("USAGE", `requirement "${text}" names the ${what} "${name}"`, {
      hint: nearestHint(name, names),
    });
  };
  const asked = known(measure, Object.keys(MEASURES) as Measure[], "measure");
  const of = known(engine, ENGINES, "engine");
  const measured: readonly EngineName[] = MEASURES[asked];
  if (!measured.includes(of)) {
    throw new McuEvalError("USAGE", `requirement "${text}": no run measures ${asked} of ${of}`, {
      hint: `It is measured of ${measured.join(", ")}.`,
    });
  }
  return {
    text: text.trim(),
    engine: of,
    measure: asked,
    ...(attack === undefined ? {} : { attack }),
    ...(eps === undefined ? {} : { eps }),
    comparison: comparison as keyof typeof COMPARISONS,
    bound: Number(number) / (percent ? 100 : 1),
  };
}

/** The conditions a gate covers. @throws McuEvalError USAGE when the plan has none of them */
export function conditionsOf(
  requirement: Requirement,
  conditions: readonly ConditionRecord[],
): readonly ConditionRecord[] {
  const { text, measure, attack, eps } = requirement;
  const covered = conditions.filter((condition) => {
    const isClean = condition.index === CLEAN;
    if (measure === "accuracy" ? !isClean : isClean && (measure !== "mismatches" || attack !== undefined)) return false;
    return (attack === undefined || condition.attack === attack) && (eps === undefined || isBudget(condition, eps));
  });
  if (covered.length > 0) return covered;
  const rows = conditions.map((condition) => [condition.attack, condition.eps?.entered].filter(Boolean).join(","));
  throw new McuEvalError("USAGE", `requirement "${text}" covers nothing of this run`, {
    hint: `accuracy is that of the clean inputs; the other measures take @<attack>,<eps> of: ${rows.slice(1).join(" ")}.`,
  });
}

/** Checks every gate against a run's results. */
export function checkRequirements(
  requirements: readonly Requirement[],
  conditions: readonly ConditionRecord[],
  results: readonly ResultRecord[],
): RequirementResult[] {
  return requirements.map((requirement) => {
    const { text, comparison, bound } = requirement;
    const values = conditionsOf(requirement, conditions).map(({ index }) => measuredValue(requirement, index, results));
    const measured = values.filter((value) => value !== undefined);
    if (measured.length < values.length) return { text, met: false };
    const value = comparison.startsWith(">") ? Math.min(...measured) : Math.max(...measured);
    return { text, value, met: COMPARISONS[comparison](value, bound) };
  });
}

function isBudget({ eps }: ConditionRecord, entered: string): boolean {
  if (eps === undefined) return false;
  // 1/255 and 0.00392… are one budget; steps of a grid are only found as they were entered.
  return eps.entered === entered || (!entered.endsWith("lsb") && Math.abs(parseEps(entered).value - eps.value) < 1e-9);
}

function measuredValue(
  { measure, engine }: Requirement,
  condition: number,
  results: readonly ResultRecord[],
): number | undefined {
  for (const result of results) {
    if (!("engine" in result) || result.condition !== condition || result.measure !== measure) continue;
    if (result.file !== undefined || result.part !== undefined) continue;
    if (result.engine === engine) return COUNTS.includes(measure) ? result.numerator : result.value;
  }
  return undefined;
}
