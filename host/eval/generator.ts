/** An attack with its settings applied, as the pipeline calls it. */

import type { Attack, Goal, ParamValues } from "../attacks/index.js";
import { type Batch, countOf, type Grid, openStream, type PassCount } from "../core/index.js";
import type { AttackSettings } from "../data/index.js";
import type { Box, BoxOpener } from "./boxes.js";
import type { Generator, MadeByAttack, Samples } from "./evaluate.js";
import type { Subject } from "./judge.js";
import type { Group } from "./plan.js";
import { queryShares } from "./query-shares.js";
import { startsOf } from "./starts.js";

export interface GeneratorOptions {
  readonly attack: Attack;
  readonly params: ParamValues;
  readonly settings: AttackSettings;
  /** Index of the settings. */
  readonly step: number;
  /** What the attack sees of the model. */
  readonly open: BoxOpener;
  readonly samples: Samples;
  readonly seed: number;
  /** Search on this integer grid. */
  readonly grid?: Grid;
  /** Told how much of a group is made, 0 … 1. */
  readonly progress?: (group: Group, fraction: number) => void;
  /** Told what the user should read. */
  readonly note?: (line: string) => void;
}

/** The generator of one attack; its random streams are keyed (seed, attack, sample, restart). */
export function generatorOf(options: GeneratorOptions): Generator {
  const { samples, step, open } = options;
  return async (group, clean, signal) => {
    const subjects = Array.from({ length: countOf(clean) }, (_, i) => samples.subject(group.batch.begin + i, step));
    const box = await open(group);
    try {
      return await make(options, { group, clean, subjects, box, signal });
    } finally {
      await box.close();
    }
  };
}

interface Task {
  readonly group: Group;
  readonly clean: Batch;
  readonly subjects: readonly Subject[];
  readonly box: Box;
  readonly signal: AbortSignal;
}

async function make(options: GeneratorOptions, task: Task): Promise<MadeByAttack> {
  const { attack, params, settings, seed, grid, progress, note } = options;
  const { group, clean, subjects, box, signal } = task;
  const before = passesOf(box);
  const samples = subjects.map(({ sample }) => sample);
  const shares = box.ledger && queryShares(box.ledger.queries, samples, group.units.length);
  const goal = goalOf(settings, subjects);
  const isWalkBack = attack.needs === "labels" && goal.kind === "targeted";
  const foundBy = group.units.map(() => new Array<string | undefined>(subjects.length).fill(undefined));
  // Attacks report when they have come some way: told before and after, no time and no query is missed.
  progress?.(group, 0);
  const batches = await attack.run({
    model: box.model,
    x: clean,
    labels: Int32Array.from(subjects, ({ label }) => label),
    samples,
    goal,
    norm: settings.norm,
    ...(attack.family === "budget" && { eps: settings.eps.map(({ value }) => value) }),
    params,
    rng: (sample, restart = 0) => openStream(seed, attack.id, sample, restart),
    ...(grid && { grid }),
    ...(box.finishModel && { finishModel: box.finishModel }),
    ...(box.twin && { twin: box.twin }),
    ...(isWalkBack && { start: startsOf(options.samples, group.batch.begin, goal.targets) }),
    ...(shares && { beginBudget: shares.begin }),
    foundBy: (row, budget, part) => {
      (foundBy[budget] as (string | undefined)[])[row] = part;
    },
    ...(note && { note }),
    signal,
    ...(progress && {
      progress: (fraction) => progress(group, Math.max(fraction, askedShare(box, settings, subjects.length))),
    }),
  });
  progress?.(group, 1);
  // The attack made all budgets in one call: each is charged the same share, a whole number.
  const passes = shareOf(before, passesOf(box), subjects.length * group.units.length);
  return {
    batches,
    ...(passes && { passes }),
    ...(shares && { queries: shares.end() }),
    ...(foundBy.some((parts) => parts.some((part) => part !== undefined)) && { foundBy }),
  };
}

/** How much of all samples' budgets of queries is used up; 0 where there is no limit. */
function askedShare({ ledger }: Box, { budget }: AttackSettings, samples: number): number {
  if (ledger === undefined || budget === undefined) return 0;
  let asked = 0;
  for (const count of ledger.queries.values()) asked += count;
  return asked / (budget * samples);
}

function goalOf(settings: AttackSettings, subjects: readonly Subject[]): Goal {
  if (settings.goal === "untargeted") return { kind: "untargeted" };
  return { kind: "targeted", targets: Int32Array.from(subjects, ({ target }) => target as number) };
}

/** Passes so far of all networks that the attack has the gradients of; null where it has none. */
function passesOf({ model, finishModel, twin }: Box): PassCount | null {
  const counts = [model, finishModel, twin].flatMap((one) => (one?.kind === "gradient" ? [one.passes] : []));
  if (counts.length === 0) return null;
  const sum = { forward: 0, backward: 0 };
  for (const { forward, backward } of new Set(counts)) {
    sum.forward += forward;
    sum.backward += backward;
  }
  return sum;
}

function shareOf(before: PassCount | null, after: PassCount | null, lines: number): PassCount | null {
  if (before === null || after === null) return null;
  return {
    forward: Math.ceil((after.forward - before.forward) / lines),
    backward: Math.ceil((after.backward - before.backward) / lines),
  };
}
