/** Values of flags: text in, checked values out. */

import { InvalidArgumentError } from "commander";

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

export interface AttackArgument {
  readonly id: string;
  /** Parameters as entered, by name; the attack's own schema checks them. */
  readonly params: Readonly<Record<string, string>>;
}

/** `pgd` or `pgd:steps=20,restarts=2`. A parameter without a value is a flag that is set. */
export function attackArgument(text: string): AttackArgument {
  const [id = "", ...rest] = text.split(":");
  const params: Record<string, string> = {};
  const entries = rest.length > 0 ? rest.join(":").split(",") : [];
  for (const entry of entries) {
    const [name = "", ...value] = entry.split("=");
    if (name.trim() === "") throw new InvalidArgumentError("Expected an attack as <id>:<parameter>=<value>,….");
    params[name.trim()] = value.length > 0 ? value.join("=").trim() : "true";
  }
  if (id.trim() === "") throw new InvalidArgumentError("Expected an attack as <id> or <id>:<parameter>=<value>,….");
  return { id: id.trim(), params };
}

export type GoalArgument = { readonly kind: "untargeted" } | { readonly kind: "targeted"; readonly target: string };

/** `untargeted`, `targeted:<class>`, or `targeted:next` (the class after the label, the last one's being the first). */
export function goalArgument(text: string): GoalArgument {
  if (text === "untargeted") return { kind: "untargeted" };
  const target = /^targeted:(next|\d+)$/.exec(text)?.[1];
  if (target === undefined) throw new InvalidArgumentError("Expected untargeted, targeted:<class> or targeted:next.");
  return { kind: "targeted", target };
}
