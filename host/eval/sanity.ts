/** Checks of a run's model and attacks that need the float model again. The ids are those of metrics' SANITY_FLAGS. */

import { type Attack, crossEntropyGradient, type Goal, type ParamValues } from "../attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row, slice } from "../core/index.js";
import { type SanityFlag, wilsonInterval } from "../metrics/index.js";

/** Samples looked at; a network that misbehaves does so on most. */
const LOOKED_AT = 64;

/**
 * Whether the model answers alike twice, and has gradients at the clean samples.
 *
 * @param x clean samples @param labels [N]
 */
export async function checkModel(model: GradientModel, x: Batch, labels: Int32Array): Promise<SanityFlag[]> {
  const few = slice(x, 0, Math.min(LOOKED_AT, countOf(x)));
  const count = countOf(few);
  const first = await model.logits(few);
  const pass = await model.open(few);
  const gradient = await pass
    .backward(crossEntropyGradient(pass.logits, labels.subarray(0, count)))
    .finally(() => pass.close());
  const differing = rowsWhere(count, (i) => row(first, i).some((value, k) => value !== row(pass.logits, i)[k]));
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
  readonly norm: "l0" | "l1" | "l2" | "linf";
  readonly eps: readonly { readonly entered: string; readonly value: number }[];
  readonly model: GradientModel;
  readonly x: Batch;
  readonly labels: Int32Array;
  readonly samples: readonly number[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Whether an attack of `steps` gradient steps fools clearly more with twice as many: more than the 95 %
 * interval of what it fools now.
 *
 * @param check x, labels, samples and targets of the same rows; the first ones are looked at
 */
export async function checkSteps(check: StepsCheck): Promise<SanityFlag[]> {
  const { attack, params, goal, eps, labels, signal } = check;
  const { steps } = params;
  if (attack.needs !== "gradient" || attack.family !== "budget" || typeof steps !== "number" || attack.needsTwin)
    return [];
  const x = slice(check.x, 0, Math.min(LOOKED_AT, countOf(check.x)));
  const count = countOf(x);
  const some: Goal = goal.kind === "untargeted" ? goal : { kind: "targeted", targets: goal.targets.subarray(0, count) };
  const run = (now: ParamValues): Promise<Batch[]> =>
    attack.run({
      model: check.model,
      x,
      labels: labels.subarray(0, count),
      samples: check.samples.slice(0, count),
      goal: some,
      norm: check.norm,
      eps: eps.map(({ value }) => value),
      params: now,
      rng: (sample, restart = 0) => openStream(check.seed, attack.id, sample, restart),
      signal,
    });
  const [few, many] = [await run(params), await run({ ...params, steps: 2 * steps })];
  const flags: SanityFlag[] = [];
  for (const [e, { entered }] of eps.entries()) {
    const fooled = async (batch: Batch): Promise<number> => {
      const logits = await check.model.logits(batch);
      return rowsWhere(count, (i) => {
        const predicted = argmax(row(logits, i));
        return some.kind === "targeted" ? predicted === some.targets[i] : predicted !== labels[i];
      });
    };
    const now = await fooled(few[e] as Batch);
    const then = await fooled(many[e] as Batch);
    if (then / count <= (wilsonInterval(now, count)?.high ?? 1)) continue;
    const text = `${attack.id} at ${entered} fools ${then} of ${count} samples with ${2 * steps} steps, ${now} with ${steps}`;
    flags.push({ id: "too-few-steps", text });
  }
  return flags;
}
