/** Checks of a run's model and attacks that need the float model again. The ids are those of metrics' SANITY_FLAGS. */

import { type Attack, crossEntropyGradient, type Goal, type ParamValues } from "../attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, type Norm, openStream, row, slice } from "../core/index.js";
import { type SanityFlag, wilsonInterval } from "../metrics/index.js";

/** Samples looked at; a network that misbehaves does so on most. */
export const LOOKED_AT = 64;

/**
 * Whether the model answers alike twice, and has gradients at the clean samples.
 *
 * @param x clean samples @param labels [N]
 */
export async function checkModel(model: GradientModel, x: Batch, labels: Int32Array): Promise<SanityFlag[]> {
  const few = slice(x, 0, Math.min(LOOKED_AT, countOf(x)));
  const count = countOf(few);
  const [first, second] = [await model.logits(few), await model.logits(few)];
  const pass = await model.open(few);
  const gradient = await pass
    .backward(crossEntropyGradient(pass.logits, labels.subarray(0, count)))
    .finally(() => pass.close());
  const differing = rowsWhere(count, (i) => row(first, i).some((value, k) => value !== row(second, i)[k]));
  const flat = rowsWhere(count, (i) => row(gradient, i).every((value) => value === 0));
  const flags: SanityFlag[] = [];
  if (differing > 0) {
    const text = `the float model gives other logits the second time for ${differing} of ${count} samples`;
    flags.push({ id: "random-output", text });
  }
  if (flat > 0) {
    const text = `the gradient of the cross-entropy is zero everywhere for ${flat} of ${count} clean samples`;
    flags.push({ id: "zero-gradients", text });
  }
  return flags;
}

function rowsWhere(count: number, holds: (i: number) => boolean): number {
  return Array.from({ length: count }, (_, i) => holds(i)).filter(Boolean).length;
}

export interface StepsCheck {
  readonly attack: Attack;
  readonly params: ParamValues;
  readonly goal: Goal;
  readonly norm: Norm;
  readonly eps: { readonly entered: string; readonly value: number };
  readonly model: GradientModel;
  /** [N, ...] clean, with labels, sample numbers and targets of the same rows; the first of them are looked at. */
  readonly x: Batch;
  readonly labels: Int32Array;
  readonly samples: readonly number[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Whether `checkSteps` can say anything of an attack: a white box with a budget and a number of steps. */
export function hasSteps({ needs, family, needsTwin, parts, params }: Attack): boolean {
  return needs === "gradient" && family === "budget" && !needsTwin && !parts && params.steps?.kind === "count";
}

/**
 * Whether an attack fools clearly more with twice its steps: more than the 95 % interval of what it fools
 * as it is. One start of each is compared.
 *
 * @param check an attack that `hasSteps`
 */
export async function checkSteps(check: StepsCheck): Promise<SanityFlag[]> {
  const { attack, eps } = check;
  const count = Math.min(LOOKED_AT, countOf(check.x));
  const steps = Number(check.params.steps);
  const now = await fooledBy(check, count, steps);
  const then = await fooledBy(check, count, 2 * steps);
  if (then / count <= (wilsonInterval(now, count)?.high ?? 1)) return [];
  const text = `${attack.id} at ${eps.entered} fools ${then} of ${count} samples with ${2 * steps} steps, ${now} with ${steps}`;
  return [{ id: "too-few-steps", text }];
}

async function fooledBy(check: StepsCheck, count: number, steps: number): Promise<number> {
  const { attack, eps, norm, model, signal, seed } = check;
  const goal: Goal =
    check.goal.kind === "untargeted"
      ? check.goal
      : { kind: "targeted", targets: check.goal.targets.subarray(0, count) };
  const labels = check.labels.subarray(0, count);
  const [found] = await attack.run({
    model,
    x: slice(check.x, 0, count),
    labels,
    samples: check.samples.slice(0, count),
    goal,
    norm,
    eps: [eps.value],
    params: { ...check.params, steps, ...(attack.params.restarts && { restarts: 1 }) },
    rng: (sample, restart = 0) => openStream(seed, attack.id, sample, restart),
    signal,
  });
  const logits = await model.logits(found as Batch);
  return rowsWhere(count, (i) => {
    const predicted = argmax(row(logits, i));
    return goal.kind === "targeted" ? predicted === goal.targets[i] : predicted !== labels[i];
  });
}
