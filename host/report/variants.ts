/** What tells attacks of one id apart: `--attack pgd:steps=20 --attack pgd:steps=40` are two. */

import type { AttackSettings } from "../data/index.js";

/**
 * For each attack of a run the parameters in which those of its id differ, as `--attack` takes them
 * (`steps=40,restarts=5`), or null where it is the only one.
 */
export function variantsOf(attacks: readonly AttackSettings[]): (string | null)[] {
  return attacks.map(({ id, params }) => {
    const namesakes = attacks.filter((other) => other.id === id);
    const differing = Object.entries(params).filter(([name, value]) =>
      namesakes.some((other) => other.params[name] !== value),
    );
    return differing.length === 0 ? null : differing.map(([name, value]) => `${name}=${value}`).join(",");
  });
}
