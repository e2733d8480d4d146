/** An attack with its settings applied, as the pipeline calls it. */

import type { Attack, Goal, ParamValues } from "../attacks/index.js";
import { countOf, type GradientModel, type Grid, McuEvalError, openStream } from "../core/index.js";
import type { AttackSettings } from "../data/index.js";
import type { Generator, Samples } from "./evaluate.js";

export interface GeneratorOptions {
  readonly attack: Attack;
  readonly params: ParamValues;
  readonly settings: AttackSettings;
  /** Index of the settings. */
  readonly step: number;
  readonly model: GradientModel;
  readonly samples: Samples;
  readonly seed: number;
  /** Search on this integer grid. */
  readonly grid?: Grid;
  readonly progress?: (fraction: number) => void;
}

/** The generator of one attack; its random streams are keyed (seed, attack, sample, restart). */
export function generatorOf(options: GeneratorOptions): Generator {
  const { attack, params, settings, step, model, samples, seed, grid, progress } = options;
  return async ({ batch, units }, clean, signal) => {
    const subjects = Array.from({ length: countOf(clean) }, (_, i) => samples.subject(batch.begin + i, step));
    const targets = subjects.map(({ target }) => target).filter((target) => target !== undefined);
    const goal: Goal =
      settings.goal === "targeted" ? { kind: "targeted", targets: Int32Array.from(targets) } : { kind: "untargeted" };
    const before = { ...model.passes };
    const batches = await attack.run({
      model,
      x: clean,
      labels: Int32Array.from(subjects, ({ label }) => label),
      samples: subjects.map(({ sample }) => sample),
      goal,
      norm: settings.norm,
      ...(attack.family === "budget" && { eps: settings.eps.map(({ value }) => value) }),
      params,
      rng: (sample, restart = 0) => openStream(seed, attack.id, sample, restart),
      ...(grid && { grid }),
      signal,
      ...(progress && { progress }),
    });
    // The attack made all budgets in one call: each is charged the same share, a whole number.
    const share = (after: number, from: number): number => Math.ceil((after - from) / countOf(clean) / units.length);
    const passes = {
      forward: share(model.passes.forward, before.forward),
      backward: share(model.passes.backward, before.backward),
    };
    return { batches, passes };
  };
}

/**
 * The class a targeted attack is to reach for one sample.
 *
 * @param target a class number as text, or "next": the class after the label, the first one after the last
 * @throws McuEvalError USAGE for a class that the model does not have
 */
export function targetOf(target: string, label: number, classes: number): number {
  if (target === "next") return (label + 1) % classes;
  const found = Number(target);
  if (/^\d+$/.test(target) && found < classes) return found;
  throw new McuEvalError("USAGE", `target class ${target} does not exist, expected 0 to ${classes - 1} or "next"`);
}
