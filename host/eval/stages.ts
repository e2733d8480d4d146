/** How far a run has come with its attacks, in words that tell somebody in the morning what happened at night. */

import { duration } from "../core/index.js";
import type { AttackSettings } from "../data/index.js";
import type { Group } from "./plan.js";

export interface Stages {
  /** What is going on: which attack of how many, batch, share, queries, time left for this attack. */
  describe(group: Group, fraction: number): string;
  /** The last word on an attack whose batches are all made, told once; null before that. */
  finished(group: Group): string | null;
}

export interface StagesOptions {
  readonly groups: readonly Group[];
  readonly attacks: readonly AttackSettings[];
  /** Oracle queries of this session. */
  readonly queries: () => number;
  /** Milliseconds, from any origin. */
  readonly now?: () => number;
}

interface Begun {
  readonly at: number;
  readonly batch: number;
  readonly queries: number;
}

export function createStages({ groups, attacks, queries, now = () => performance.now() }: StagesOptions): Stages {
  const begun = new Map<number, Begun>();
  const told = new Set<number | null>();
  const batchesOf = (step: number | null): Group[] => groups.filter((group) => group.step === step);
  const placeOf = (group: Group): number => batchesOf(group.step).indexOf(group);
  const beginOf = (group: Group): Begun => {
    const step = group.step as number;
    const found = begun.get(step) ?? { at: now(), batch: placeOf(group), queries: queries() };
    begun.set(step, found);
    return found;
  };
  const nameOf = (step: number): string => {
    const { id, norm, goal } = attacks[step] as AttackSettings;
    const aim = goal === "targeted" ? " targeted" : "";
    return `${id} ${norm}${aim}, attack ${step + 1} of ${attacks.length}`;
  };
  const asked = ({ queries: before }: Begun): string => {
    const count = queries() - before;
    return count > 0 ? `, ${count} queries` : "";
  };

  return {
    describe(group, fraction) {
      const begin = beginOf(group);
      const batch = placeOf(group);
      const batches = batchesOf(group.step).length;
      const done = batch - begin.batch + fraction;
      const seconds = (now() - begin.at) / 1000;
      // From the pace of this session alone: kept batches cost nothing.
      const left = done > 0 ? (seconds * (batches - begin.batch - done)) / done : null;
      const rest = left === null || seconds < 1 ? "" : `, ${duration(left)} left for it`;
      return `${nameOf(group.step as number)}, batch ${batch + 1} of ${batches}, ${Math.floor(fraction * 100)} %${asked(begin)}${rest}`;
    },
    finished(group) {
      const begin = beginOf(group);
      if (placeOf(group) < batchesOf(group.step).length - 1 || told.has(group.step)) return null;
      told.add(group.step);
      return `${nameOf(group.step as number)}: made in ${duration((now() - begin.at) / 1000)}${asked(begin)}`;
    },
  };
}
