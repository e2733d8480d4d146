/** The classes that targeted attacks are to reach. */

import { argmax, type Batch, countOf, McuEvalError, openStream, row } from "../core/index.js";

export type GoalRequest =
  | { readonly kind: "untargeted" }
  /** A class number as text, or one of `TARGET_RULES`. */
  | { readonly kind: "targeted"; readonly target: string };

/**
 * next: the class after the label, the first one after the last. random: any class but the label, drawn by
 * seed and sample alone. likely: of the classes but the label, the one that the float model holds most
 * likely for the clean sample.
 */
export const TARGET_RULES = ["next", "random", "likely"] as const;

export interface Aim {
  /** Number of the sample in its data split. */
  readonly sample: number;
  readonly label: number;
  /** Logits of the float model for the clean sample; needed for "likely" alone. */
  readonly logits?: ArrayLike<number> | undefined;
}

/** Refuses a target that no sample could have. @throws McuEvalError USAGE */
export function assertTarget(target: string, classes: number): void {
  if ((TARGET_RULES as readonly string[]).includes(target)) return;
  if (/^\d+$/.test(target) && Number(target) < classes) return;
  throw new McuEvalError("USAGE", `target class ${target} does not exist, expected 0 to ${classes - 1}`, {
    hint: `Or one that differs from sample to sample: ${TARGET_RULES.map((rule) => `targeted:${rule}`).join(", ")}.`,
  });
}

/**
 * The class a targeted attack is to reach for one sample.
 *
 * @param target a class number as text, or one of `TARGET_RULES`
 * @throws McuEvalError USAGE for a class that the model does not have
 */
export function targetOf(target: string, aim: Aim, classes: number, seed: number): number {
  assertTarget(target, classes);
  switch (target) {
    case "next":
      return (aim.label + 1) % classes;
    case "random": {
      const draw = openStream(seed, "target", aim.sample).int(classes - 1);
      return draw < aim.label ? draw : draw + 1;
    }
    case "likely":
      return mostLikelyBut(aim);
    default:
      return Number(target);
  }
}

function mostLikelyBut({ sample, label, logits }: Aim): number {
  if (logits === undefined) throw new McuEvalError("INTERNAL", `sample ${sample} has no logits to choose a target by`);
  return argmax(Array.from(logits, (value, k) => (k === label ? Number.NEGATIVE_INFINITY : value)));
}

/**
 * The clean logits of a whole run.
 *
 * @param batch samples passed together, as the run's attacks have it
 * @returns one array a row
 */
export async function cleanLogits(
  logitsOf: (x: Batch) => Promise<Batch>,
  clean: (begin: number, end: number) => Batch,
  n: number,
  batch: number,
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (let begin = 0; begin < n; begin += batch) {
    const logits = await logitsOf(clean(begin, Math.min(n, begin + batch)));
    for (let i = 0; i < countOf(logits); i++) found.push(row(logits, i).slice());
  }
  return found;
}
