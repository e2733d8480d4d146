/** What engines, conditions and boards are called in a report. */

import type { EngineName } from "../core/index.js";
import type { RunManifest } from "../data/index.js";
import type { ConditionKey, ConditionSummary, EngineRates } from "../metrics/index.js";

export const ENGINE_TITLES: Readonly<Record<EngineName, string>> = {
  float: "float",
  grid: "grid control",
  native: "native",
  device: "device",
};

/** What each engine stands for, for legends and readers who come from elsewhere. */
export const ENGINE_MEANINGS: Readonly<Record<EngineName, string>> = {
  float: "the float model, before rounding",
  grid: "the float model on inputs rounded to the model's input grid",
  native: "the firmware as a process of the host",
  device: "the board under test",
};

/** `pgd`, or `pgd:steps=40` where the run has another pgd. */
export function attackTitle({ attack, variant }: Pick<ConditionKey, "attack" | "variant">): string {
  return variant ? `${attack}:${variant}` : attack;
}

/** `clean`, `pgd 2/255`, or `deepfool` where there is no budget. */
export function conditionTitle(one: Pick<ConditionKey, "attack" | "variant" | "eps">): string {
  if (one.attack === "none") return "clean";
  return one.eps ? `${attackTitle(one)} ${one.eps.entered}` : attackTitle(one);
}

/** What the title leaves out: norm, a targeted goal, the budget in steps of the input grid, and what it worked on. */
export function conditionNotes({ attack, goal, norm, eps, access }: ConditionKey): string[] {
  if (attack === "none") return [];
  const parts = [norm, goal === "targeted" ? "targeted" : undefined, stepsText(eps?.steps), access];
  const text = parts.filter((part) => part !== undefined).join(", ");
  return text === "" ? [] : [text];
}

function stepsText(steps: number | undefined): string | undefined {
  if (steps === undefined) return undefined;
  return steps === 0 ? "below 1 step" : steps === 1 ? "1 step" : `${steps} steps`;
}

/** The rates of one engine, or undefined where it was not asked. */
export function ratesOf(summary: ConditionSummary, engine: EngineName): EngineRates | undefined {
  return summary.engines.find((rates) => rates.engine === engine);
}

/** The board under test's id, or null for a run without one. */
export function deviceId(manifest: RunManifest): string | null {
  return manifest.boards.device?.id ?? null;
}

/** A class by name where the dataset names it, else by number. */
export function className(manifest: RunManifest, label: number): string {
  return manifest.dataset.class_names[label] ?? String(label);
}
