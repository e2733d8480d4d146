/** Values of flags: text in, checked values out. */

import { InvalidArgumentError } from "commander";
import { NORMS, type Norm } from "../core/index.js";

/** A parser of whole numbers from `minimum` on. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return value;
}

/** A parser of one of several words. */
export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`Expected ${choices.join(" or ")}.`);
    return found;
  };
}

/** For a flag that may be given several times; what is given replaces the default. */
export function collector<T>(parse: (text: string) => T): (text: string) => T[] {
  let collected: T[] = [];
  return (text) => {
    collected = [...collected, parse(text)];
    return collected;
  };
}

/** `a,b,c` as its parts; empty parts are refused. */
export function commaList(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("Expected values separated by commas.");
  return parts;
}

/** `8/255+16/255` as its parts; the sign of an exponent, as in 1e+2, joins nothing. */
function plusList(text: string): string[] {
  return commaList(text.replaceAll(/(?<!\de)\+/gi, ","));
}

export type GoalArgument = { readonly kind: "untargeted" } | { readonly kind: "targeted"; readonly target: string };

export interface AttackArgument {
  readonly id: string;
  /** Parameters as entered, by name; the attack's own schema checks them. */
  readonly params: Readonly<Record<string, string>>;
  /** For this attack alone. */
  readonly norm?: Norm;
  readonly eps?: readonly string[];
  readonly goal?: GoalArgument;
}

/** Names that `--attack` takes beside the attack's own parameters. */
export const RESERVED = ["norm", "eps", "goal"] as const;

/**
 * `pgd` or `pgd:steps=20,restarts=2,norm=l2,eps=0.1+0.5,goal=targeted:random`. A parameter without a value is
 * a flag that is set.
 */
export function attackArgument(text: string): AttackArgument {
  const [id = "", ...rest] = text.split(":");
  const entries: [string, string][] = [];
  for (const entry of rest.length > 0 ? rest.join(":").split(",") : []) {
    const [name = "", ...value] = entry.split("=");
    if (name.trim() === "") throw new InvalidArgumentError("Expected an attack as <id>:<parameter>=<value>,….");
    if (entries.some(([known]) => known === name.trim())) {
      throw new InvalidArgumentError(`${name.trim()} is given twice.`);
    }
    entries.push([name.trim(), value.length > 0 ? value.join("=").trim() : "true"]);
  }
  if (id.trim() === "") throw new InvalidArgumentError("Expected an attack as <id> or <id>:<parameter>=<value>,….");
  const { norm, eps, goal, ...params } = Object.fromEntries(entries);
  return {
    id: id.trim(),
    params,
    ...(norm !== undefined && { norm: oneOf(...NORMS)(norm) }),
    ...(eps !== undefined && { eps: plusList(eps) }),
    ...(goal !== undefined && { goal: goalArgument(goal) }),
  };
}

/**
 * `untargeted`, `targeted:<class>`, `targeted:next` (the class after the label, the last one's being the first),
 * `targeted:random`, or `targeted:likely` (the most likely wrong class).
 */
export function goalArgument(text: string): GoalArgument {
  if (text === "untargeted") return { kind: "untargeted" };
  const target = /^targeted:(next|random|likely|\d+)$/.exec(text)?.[1];
  if (target === undefined) {
    throw new InvalidArgumentError(
      "Expected untargeted, targeted:<class>, targeted:next, targeted:random or targeted:likely.",
    );
  }
  return { kind: "targeted", target };
}
