/** What a reader must know before quoting the figures. */

import type { RunManifest } from "../data/index.js";
import type { ConditionSummary } from "../metrics/index.js";
import { list, plural } from "./format.js";
import { equalityOf, equalitySentence } from "./headline.js";
import { damageOf } from "./links.js";
import type { ReportInput } from "./load.js";
import { conditionTitle } from "./names.js";

export interface Flag {
  /** alarm: the figures may be wrong; note: they are right, and easily misread. */
  readonly level: "alarm" | "note";
  readonly text: string;
}

/** All flags of a run, alarms first. */
export function flagsOf(input: ReportInput): Flag[] {
  const { manifest, summary, records } = input;
  return [
    ...mismatchFlag(summary),
    ...incompleteFlag(manifest, records.length),
    ...sanityFlags(manifest),
    ...linkFlag(manifest),
    ...belowStepFlag(summary),
    ...aboveEpsFlag(summary),
    ...gaveUpFlag(summary),
    ...clockFlag(input),
    ...sourceFlags(manifest),
  ].sort((a, b) => Number(b.level === "alarm") - Number(a.level === "alarm"));
}

function mismatchFlag(summary: readonly ConditionSummary[]): Flag[] {
  const equality = equalityOf(summary);
  const text = equalitySentence(summary);
  return equality && text && equality.mismatches > 0 ? [{ level: "alarm", text }] : [];
}

function incompleteFlag(manifest: RunManifest, found: number): Flag[] {
  if (manifest.complete) return [];
  const planned = manifest.settings.n * manifest.conditions.length;
  return [
    {
      level: "alarm",
      text: `The run is not complete: ${found} of ${planned} records. Continue it with --resume; rates below count what is there.`,
    },
  ];
}

function sanityFlags({ flags = [] }: RunManifest): Flag[] {
  return flags.map(({ id, text }) => ({
    level: "alarm",
    text: `Sanity flag ${id}: ${text}. See docs/guide/flags.md.`,
  }));
}

function linkFlag(manifest: RunManifest): Flag[] {
  const damage = damageOf(manifest);
  if (damage.length === 0) return [];
  const counts = damage.map(({ counter, count }) => `${counter} ${count}`);
  return [
    {
      level: "note",
      text: `The link was not undisturbed (${list(counts)}). Damaged frames were dropped and asked for again; every result names the CRC of the input it belongs to.`,
    },
  ];
}

function belowStepFlag(summary: readonly ConditionSummary[]): Flag[] {
  const below = summary.filter(({ eps }) => eps?.steps === 0).map(conditionTitle);
  if (below.length === 0) return [];
  return [
    {
      level: "note",
      text: `${list(below)}: eps is below one step of the model's input grid. Where clean inputs lie on the grid, changes under half a step vanish in rounding and larger ones grow to a whole step.`,
    },
  ];
}

function aboveEpsFlag(summary: readonly ConditionSummary[]): Flag[] {
  const above = summary.filter(({ aboveEps }) => aboveEps > 0);
  if (above.length === 0) return [];
  const counts = above.map((one) => `${conditionTitle(one)} on ${one.aboveEps} of ${one.samples}`);
  return [
    {
      level: "note",
      text: `Rounding pushed the norm above eps: ${list(counts)}. Grid control, native and device saw the larger perturbation.`,
    },
  ];
}

function gaveUpFlag(summary: readonly ConditionSummary[]): Flag[] {
  const gaveUp = summary.filter((one) => one.gaveUp > 0);
  if (gaveUp.length === 0) return [];
  const counts = gaveUp.map((one) => `${conditionTitle(one)} on ${one.gaveUp} of ${one.samples}`);
  return [{ level: "note", text: `The attack found nothing, and the clean input stood in: ${list(counts)}.` }];
}

function clockFlag({ manifest, records }: ReportInput): Flag[] {
  const board = manifest.boards.device;
  if (board?.kind !== "emulator" || !records.some(({ instructions }) => instructions !== undefined)) return [];
  return [
    {
      level: "note",
      text: `${board.id} is emulated: instruction counts repeat from run to run, but they are not a latency. No time on silicon is claimed.`,
    },
  ];
}

function sourceFlags(manifest: RunManifest): Flag[] {
  const flags: Flag[] = [];
  if (manifest.environment.git?.dirty) {
    flags.push({ level: "note", text: "The working tree had changes that are not in the commit named below." });
  }
  if (manifest.sessions.length > 1) {
    flags.push({
      level: "note",
      text: `The run was made in ${plural(manifest.sessions.length, "session")}; resuming leaves samples and tables unchanged.`,
    });
  }
  return flags;
}
