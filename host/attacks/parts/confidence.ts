/** How far beyond the boundary a point has to be, as a parameter of attacks with Carlini & Wagner's objective. */

import { number, type Param } from "../params.js";

/** @param source where the attack's paper has it */
export function confidence(source: string): Param & { kind: "number" } {
  return number(0, 0, Number.MAX_VALUE, {
    help: "lead in logits that a point needs to count",
    source,
    reason: "0 is the smallest perturbation",
  });
}
