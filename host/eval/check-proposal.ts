/** Whether an attack kept its promises: values in bounds, perturbations inside the ball. */

import { type Batch, countOf, type Grid, McuEvalError, type Norm, row, snapToGrid } from "../core/index.js";
import { normOf } from "../metrics/index.js";

export interface Promises {
  readonly attack: string;
  readonly norm: Norm;
  /** Null for attacks that look for the smallest perturbation. */
  readonly eps: number | null;
  readonly bounds: readonly [number, number];
  /**
   * The grid that the attack had to stay on. Where a clean sample does not lie on it, there may be no point
   * within eps; then its nearest one has to do.
   */
  readonly grid?: Grid | undefined;
  /** Number of the first row within the run, for the message. */
  readonly firstRow: number;
}

/** Rounding that float32 arithmetic may add to an element of magnitude 1: four units in the last place. */
const ELEMENT_ROUNDING = 4 * 2 ** -24;
/** Rounding of a projection's own length, which frameworks sum up in float32. */
const RELATIVE_ROUNDING = 1e-5;

/**
 * How far above eps a norm may lie because of float32 rounding alone.
 *
 * @param elements values of one sample
 */
export function roundingAllowance(
  norm: Norm,
  eps: number,
  elements: number,
  bounds: readonly [number, number],
): number {
  const element = ELEMENT_ROUNDING * Math.max(Math.abs(bounds[0]), Math.abs(bounds[1]));
  const ofAll = { l0: 0, l1: elements, l2: Math.sqrt(elements), linf: 1 }[norm];
  return norm === "l0" ? 0 : element * ofAll + eps * RELATIVE_ROUNDING;
}

/**
 * Throws when an attack left the valid range or its eps-ball: results of such a batch would be worth
 * nothing, and the fault is the attack's, not the user's.
 *
 * @param clean @param proposed both [N, ...shape], without NaN rows
 * @throws McuEvalError INTERNAL
 */
export function checkProposal(clean: Batch, proposed: Batch, promises: Promises): void {
  const { attack, norm, eps, bounds, grid, firstRow } = promises;
  for (let i = 0; i < countOf(clean); i++) {
    const values = row(proposed, i);
    const outside = values.findIndex((value) => !(value >= bounds[0] && value <= bounds[1]));
    if (outside >= 0) {
      throw new McuEvalError(
        "INTERNAL",
        `attack ${attack} left the valid range: sample ${firstRow + i} has ${values[outside]} at ${outside}, expected ${bounds[0]} to ${bounds[1]}`,
      );
    }
    if (eps === null) continue;
    const from = row(clean, i);
    const toNearest = grid ? normOf(norm, from, snapToGrid(from, grid)) : 0;
    const found = normOf(norm, from, values);
    if (found > eps + toNearest + roundingAllowance(norm, eps, values.length, bounds)) {
      throw new McuEvalError(
        "INTERNAL",
        `attack ${attack} left its ball: sample ${firstRow + i} has ${norm} ${found}, expected at most ${eps}`,
      );
    }
  }
}
