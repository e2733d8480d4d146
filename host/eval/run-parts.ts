/** The parts of a run put together: what attacks see, what engines answer, what is told meanwhile. */

import type { GradientModel } from "../core/index.js";
import type { Run, RunSettings } from "../data/index.js";
import { asksOracle, boxOpener, type Networks } from "./boxes.js";
import type { ChosenAttack } from "./choose.js";
import { courteous } from "./courteous.js";
import type { Engines } from "./devices.js";
import type { Parts, Samples } from "./evaluate.js";
import { generatorOf } from "./generator.js";
import type { RunModel } from "./model.js";
import type { OracleClock } from "./oracle-clock.js";
import type { Group } from "./plan.js";
import type { Stages } from "./stages.js";

/** All that a run works with. */
export interface Job {
  readonly model: RunModel;
  /** The twin, where an attack needs it. */
  readonly twin?: GradientModel | undefined;
  readonly attacks: readonly ChosenAttack[];
  readonly settings: RunSettings;
  readonly samples: Samples;
  readonly engines: Engines;
  /** The measures are taken when all is done. */
  readonly isMeasured?: boolean;
}

export interface Telling {
  readonly stages: Stages;
  /** What is going on. */
  say(detail: string): void;
  /** A line that stays. */
  note(line: string): void;
  /** What the user must see; said once however often it is told. */
  warnOnce(line: string): void;
}

/** @param groups of the whole run */
export function partsOf(job: Job, run: Run, groups: readonly Group[], clock: OracleClock, telling: Telling): Parts {
  const { settings, model, attacks, samples, engines } = job;
  const networks = networksOf(job);
  const { stages, say, note, warnOnce } = telling;
  const waiting = groupsThatAsk(groups, attacks, run.unitsDone);
  const generators = attacks.map(({ attack, params, settings: chosen }, step) =>
    generatorOf({
      attack,
      params,
      settings: chosen,
      step,
      open: boxOpener({
        attack,
        settings: chosen,
        networks,
        clock,
        groupsLeft: (group) => Math.max(1, waiting.length - waiting.indexOf(group)),
        openAnswers: ({ batch }) => run.openAnswers(step, batch.begin),
        timeIsUp: () =>
          warnOnce(
            `--max-minutes ${settings.max_minutes} cut ${attack.id} ${chosen.norm} short: what it found depends on the speed of this machine and cannot be reproduced`,
          ),
      }),
      samples,
      seed: settings.seed,
      ...(settings.grid && { grid: model.grid }),
      progress(group, fraction) {
        say(stages.describe(group, fraction));
        const last = fraction >= 1 ? stages.finished(group) : null;
        if (last !== null && attacks.length > 1) note(last);
      },
      note: (line) => warnOnce(`${attack.id}: ${line}`),
    }),
  );
  const { device, native } = engines;
  const others = Object.entries(engines.others).map(([role, asker]) => {
    const file = model.others[role] as RunModel["others"][string];
    return { role, asker, grid: file.input, output: file.output };
  });
  return {
    model: networks.float,
    grid: model.grid,
    isGridSearch: settings.grid,
    samples,
    generators,
    spent: clock.spent,
    engines: { device, ...(native && { native }) },
    others: Object.fromEntries(others.map(({ role, asker, grid }) => [role, { asker, grid }])),
    bench: {
      output: model.view.output,
      otherOutputs: Object.fromEntries(others.map(({ role, output }) => [role, output])),
      bounds: networks.float.bounds,
      device,
    },
  };
}

/** What attacks may see of a run's model. */
export function networksOf({ model, twin, engines }: Job): Networks {
  const { device, native } = engines;
  return {
    float: courteous(model.float),
    ...(twin && { twin: courteous(twin) }),
    engines: { device, ...(native && { native }) },
    view: model.view,
  };
}

/** Groups that ask an oracle and are not kept, in plan order. */
export function groupsThatAsk(
  groups: readonly Group[],
  attacks: readonly ChosenAttack[],
  unitsDone: number,
): readonly Group[] {
  return groups.filter(({ step, units }) => {
    const chosen = step === null ? undefined : attacks[step];
    return chosen !== undefined && asksOracle(chosen.settings) && units.some(({ index }) => index >= unitsDone);
  });
}
