/** One unit's inputs, ready to be judged: checked, rounded, and seen by the float model. */

import {
  type Batch,
  countOf,
  fromGrid,
  type GradientModel,
  type Grid,
  gather,
  McuEvalError,
  type QuantArray,
  row,
  rowSize,
  snapToGrid,
  toGrid,
} from "../core/index.js";
import { checkProposal } from "./check-proposal.js";
import type { Unit } from "./plan.js";

/** What an attack, or the data set itself, put forward for one unit. */
export interface Made {
  /** Clean samples, [N, ...inputShape]. */
  readonly clean: Batch;
  /** As the attack returned them, a row of NaN where it gave up. */
  readonly proposed: Batch;
  /** Samples passed through gradient models to make one row; absent for the clean inputs. */
  readonly passes?: { readonly forward: number; readonly backward: number };
  /** [N] what each row asked an oracle; absent where none was asked. */
  readonly queries?: readonly number[];
  /** [N] the part of an ensemble that made each row. */
  readonly foundBy?: readonly (string | undefined)[];
}

export interface Proposal extends Made {
  readonly unit: Unit;
  /** [N] where the attack gave up the clean input stands in, and is what the engines are asked. */
  readonly gaveUp: readonly boolean[];
  /** As proposed, with the clean input where the attack gave up. */
  readonly asked: Batch;
  /** Those inputs on the model's input grid, and the same as real values. */
  readonly inputs: QuantArray;
  readonly rounded: Batch;
  /** What `rounded` is compared with: the clean samples, grid points written as `rounded` writes them. */
  readonly reference: Batch;
  /** [N, classes] of the float model, before and after rounding. */
  readonly logits: { readonly float: Batch; readonly grid: Batch };
}

/**
 * Checks what an attack returned, rounds it, and asks the float model about both.
 *
 * @param grid the device's input grid
 * @param isGridSearch the attack had to stay on that grid
 * @throws McuEvalError INTERNAL when the attack left the bounds or its ball, NOT_FINITE for logits that are no numbers
 */
export async function completeProposal(
  unit: Unit,
  made: Made,
  model: GradientModel,
  grid: Grid,
  isGridSearch: boolean,
): Promise<Proposal> {
  const { clean, proposed } = made;
  const { attack, norm, eps } = unit.condition;
  const gaveUp = Array.from({ length: countOf(clean) }, (_, i) => row(proposed, i).some(Number.isNaN));
  const asked = withCleanRows(proposed, clean, gaveUp);
  if (norm !== undefined) {
    checkProposal(clean, asked, {
      attack,
      norm,
      eps: eps?.value ?? null,
      bounds: model.bounds,
      grid: isGridSearch ? grid : undefined,
      firstRow: unit.batch.begin,
    });
  }
  const inputs = toGrid(asked.data, grid);
  const rounded = { data: fromGrid(inputs, grid), shape: clean.shape };
  const logits = { float: await model.logits(asked), grid: await model.logits(rounded) };
  for (const { data } of [logits.float, logits.grid]) assertFinite(data, unit, model);
  return {
    unit,
    ...made,
    gaveUp,
    asked,
    inputs,
    rounded,
    reference: withExactGridPoints(clean, grid),
    logits,
  };
}

/** Among logits that are no numbers none is the largest: any prediction would be made up. */
function assertFinite(logits: Float32Array, { condition, batch }: Unit, { id, classes }: GradientModel): void {
  const at = logits.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const place = batch.begin + Math.floor(at / classes);
  throw new McuEvalError(
    "NOT_FINITE",
    `the float model ${id} gives the logit ${logits[at]} for row ${place} of the run (${condition.attack}), expected a number`,
    { hint: "Its weights may be so large that values overflow float32: check how it was trained." },
  );
}

/** Row `i` of a proposal on the model's input grid. */
export function inputOf(proposal: Proposal, i: number): QuantArray {
  const size = rowSize(proposal.clean);
  return proposal.inputs.subarray(i * size, (i + 1) * size);
}

/** Share of a step by which float32 roundings of one grid point may differ. */
const SAME_POINT = 1e-3;

/** byte / 255 and (q + 128) * scale may differ in the last bit, and would count untouched values as changed. */
function withExactGridPoints(clean: Batch, grid: Grid): Batch {
  const points = snapToGrid(clean.data, grid);
  const isPoint = (value: number, i: number): boolean =>
    Math.abs(value - (points[i] as number)) < SAME_POINT * grid.scale;
  return {
    data: clean.data.map((value, i) => (isPoint(value, i) ? (points[i] as number) : value)),
    shape: clean.shape,
  };
}

function withCleanRows(proposed: Batch, clean: Batch, gaveUp: readonly boolean[]): Batch {
  if (!gaveUp.includes(true)) return proposed;
  const asked = gather(proposed, [...gaveUp.keys()]);
  for (const [i, isGone] of gaveUp.entries()) if (isGone) row(asked, i).set(row(clean, i));
  return asked;
}
