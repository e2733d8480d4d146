/** Every preset there is. */

import { McuEvalError, nearestHint } from "../../core/index.js";
import { paper, paperCoffee, paperVww } from "./paper.js";
import type { Preset } from "./preset.js";

export const PRESETS: readonly Preset[] = [paper, paperVww, paperCoffee];

/** @throws McuEvalError ATTACK_UNKNOWN, suggesting the nearest id */
export function presetById(id: string): Preset {
  const found = PRESETS.find((preset) => preset.id === id);
  if (found) return found;
  const known = PRESETS.map((preset) => preset.id);
  throw new McuEvalError("ATTACK_UNKNOWN", `there is no preset "${id}"`, { hint: nearestHint(id, known) });
}
