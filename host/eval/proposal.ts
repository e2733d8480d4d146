/** One batch of inputs under one condition, ready to be judged: checked, rounded, and seen by the float model. */

import { setImmediate } from "node:timers/promises";
import {
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  gather,
  type Norm,
  type QuantArray,
  row,
  rowSize,
  snapToGrid,
  toGrid,
} from "../core/index.js";
import { checkProposal } from "./check-proposal.js";
import type { Condition, SampleBatch } from "./plan.js";
import { argmax } from "./prediction.js";

export interface Proposal {
  readonly condition: Condition;
  readonly batch: SampleBatch;
  /** Clean samples, [N, ...inputShape]. */
  readonly clean: Batch;
  /** As the attack returned them, a row of NaN where it gave up. */
  readonly proposed: Batch;
  /** [N] the attack gave up: the clean input stands in, and is what the engines are asked. */
  readonly gaveUp: readonly boolean[];
  /** What the engines are asked, on the model's input grid: N rows of a sample's size. */
  readonly inputs: QuantArray;
  /** Those inputs as real values. */
  readonly rounded: Batch;
  /** [N] the float model's predictions before rounding. */
  readonly float: Int32Array;
  /** [N] the float model's predictions after rounding: the grid control. */
  readonly grid: Int32Array;
}

export interface ProposalContext {
  readonly model: GradientModel;
  readonly grid: Grid;
  /** What is checked: absent for the clean inputs. */
  readonly attack?: { readonly id: string; readonly norm: Norm };
}

/** Checks what an attack returned, rounds it, and asks the float model about both. */
export async function completeProposal(
  condition: Condition,
  batch: SampleBatch,
  clean: Batch,
  proposed: Batch,
  { model, grid, attack }: ProposalContext,
): Promise<Proposal> {
  const gaveUp = Array.from({ length: countOf(clean) }, (_, i) => row(proposed, i).some(Number.isNaN));
  const asked = withCleanRows(proposed, clean, gaveUp);
  if (attack) {
    const eps = condition.eps?.value ?? null;
    checkProposal(clean, asked, {
      attack: attack.id,
      norm: attack.norm,
      eps,
      bounds: model.bounds,
      firstRow: batch.begin,
    });
  }
  const inputs = toGrid(asked.data, grid);
  const rounded = { data: snapToGrid(asked.data, grid), shape: clean.shape };
  return {
    condition,
    batch,
    clean,
    proposed,
    gaveUp,
    inputs,
    rounded,
    float: predictions(await model.logits(asked)),
    grid: predictions(await model.logits(rounded)),
  };
}

/** Sample `i` of a proposal on the model's input grid. */
export function inputOf(proposal: Proposal, i: number): QuantArray {
  const size = rowSize(proposal.clean);
  return proposal.inputs.subarray(i * size, (i + 1) * size);
}

function withCleanRows(proposed: Batch, clean: Batch, gaveUp: readonly boolean[]): Batch {
  if (!gaveUp.includes(true)) return proposed;
  const asked = gather(proposed, [...gaveUp.keys()]);
  for (const [i, isGone] of gaveUp.entries()) if (isGone) row(asked, i).set(row(clean, i));
  return asked;
}

function predictions(logits: Batch): Int32Array {
  return Int32Array.from({ length: countOf(logits) }, (_, i) => argmax(row(logits, i)));
}

/**
 * A model whose every call lets pending I/O through first. The tensor engine computes synchronously
 * and an attack awaits nothing else, so that without this the devices would starve until it is done.
 */
export function courteous(model: GradientModel): GradientModel {
  return {
    ...model,
    async logits(x) {
      await setImmediate();
      return model.logits(x);
    },
    async open(x) {
      await setImmediate();
      const pass = await model.open(x);
      return {
        ...pass,
        async backward(dLogits) {
          await setImmediate();
          return pass.backward(dLogits);
        },
      };
    },
  };
}
