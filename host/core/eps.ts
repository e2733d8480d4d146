/** Perturbation budgets as people write them: `8/255`, `0.03`, `8lsb`. */

import { McuEvalError } from "./errors.js";
import type { Grid } from "./grid.js";

export interface Eps {
  /** As entered by the user; the name of this budget in tables and files. */
  readonly entered: string;
  /** In units of the model's input. */
  readonly value: number;
}

const FRACTION = /^([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\/([0-9]*\.?[0-9]+)$/i;
const DECIMAL = /^[0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?$/i;
const STEPS = /^([0-9]*\.?[0-9]+)lsb$/i;

/** Absorbs the float32 rounding of a scale: 1/255 over a float32 1/255 must count as one step. */
export const STEP_TOLERANCE = 1e-4;

/**
 * Parses one budget.
 *
 * @param text a fraction, a decimal, or a number of grid steps with the suffix `lsb`
 * @param grid the target model's input grid; needed for `lsb` only
 * @throws McuEvalError EPS_INVALID when negative, not finite or unparsable
 */
export function parseEps(text: string, grid?: Grid): Eps {
  const entered = text.trim();
  const value = amountOf(entered, grid);
  if (value === null || !Number.isFinite(value)) {
    throw new McuEvalError("EPS_INVALID", `eps "${entered}" is not a budget`, {
      hint: "Give a number that is not negative, as 8/255, 0.03 or 8lsb (steps of the model's input grid).",
    });
  }
  return { entered, value };
}

function amountOf(text: string, grid: Grid | undefined): number | null {
  const fraction = FRACTION.exec(text);
  if (fraction) return Number(fraction[1]) / Number(fraction[2]);
  const steps = STEPS.exec(text);
  if (steps) {
    if (!grid) {
      throw new McuEvalError("EPS_INVALID", `eps "${text}" is in grid steps, but the model has no integer input grid`, {
        hint: "Give it as a fraction (8/255) or a decimal (0.03).",
      });
    }
    return Number(steps[1]) * grid.scale;
  }
  return DECIMAL.test(text) ? Number(text) : null;
}

/** Whole grid steps within a budget; 0 means "below one step". */
export function stepsWithin(eps: number, grid: Grid): number {
  return Math.floor(eps / grid.scale + STEP_TOLERANCE);
}
