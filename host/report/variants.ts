/** What tells attacks apart: `--attack pgd:steps=20 --attack pgd:norm=l2` are two; and what they worked on. */

import type { AttackSettings } from "../data/index.js";

/**
 * For each attack of a run what it differs in from those of its id, as `--attack` takes it
 * (`steps=40,restarts=5`), or null where it is the only one. Norm, goal and target alone name it where they
 * do; parameters are told of attacks that agree in those.
 */
export function variantsOf(attacks: readonly AttackSettings[]): (string | null)[] {
  return attacks.map((attack) => {
    const namesakes = attacks.filter(({ id }) => id === attack.id);
    const aims = differing(aimOf(attack), namesakes.map(aimOf));
    const alike = namesakes.filter((other) => aims.every(([name]) => aimOf(other)[name] === aimOf(attack)[name]));
    const params = differing(
      attack.params,
      alike.map((other) => other.params),
    );
    const all = [...aims, ...params].map(([name, value]) => `${name}=${value}`);
    return all.length === 0 ? null : all.join(",");
  });
}

/** `twin`, `float and twin`, `oracle native, logits`; null for an attack that follows the float model's gradients. */
export function accessOf({ source, twin, oracle, scores }: AttackSettings): string | null {
  if (oracle !== undefined) return [`oracle ${oracle}`, ...(scores === undefined ? [] : [scores])].join(", ");
  if (twin && source !== "twin") return "float and twin";
  return source === undefined || source === "float" ? null : source;
}

type Values = Readonly<Record<string, number | boolean | string>>;

function aimOf({ norm, goal, target }: AttackSettings): Values {
  return { norm, goal: goal === "targeted" ? `targeted-${target}` : goal };
}

function differing(own: Values, others: readonly Values[]): [string, number | boolean | string][] {
  return Object.entries(own).filter(([name, value]) => others.some((other) => other[name] !== value));
}
