/** One epoch: every batch of its order, one step each. */

import { McuEvalError } from "../core/index.js";
import type { Dataset } from "../data/index.js";
import type { Engine, Program } from "../nn/index.js";
import { batchesPerEpoch, orderOf, trainingBatch } from "./batches.js";
import type { Recipe } from "./recipe.js";
import { learningRateAt } from "./schedule.js";
import { trainStep } from "./step.js";
import type { Weights } from "./weights.js";

export interface Training {
  readonly engine: Engine;
  readonly program: Program;
  readonly weights: Weights;
  readonly dataset: Dataset;
  readonly recipe: Recipe;
}

/** Of an epoch so far. */
export interface EpochSums {
  readonly steps: number;
  readonly samples: number;
  readonly loss: number;
  readonly correct: number;
}

/** Mean loss and share of right answers. */
export function meansOf({ samples, loss, correct }: EpochSums): { loss: number; accuracy: number } {
  return { loss: loss / samples, accuracy: correct / samples };
}

/** Steps between two pauses. */
const PAUSE_EVERY = 50;

/**
 * Trains for epoch number `epoch`, counted from 0.
 *
 * @param pause called now and then within the epoch; what it throws ends the epoch
 * @throws McuEvalError NOT_FINITE when the loss diverges
 */
export async function runEpoch(
  { engine, program, weights, dataset, recipe }: Training,
  epoch: number,
  pause: (sums: EpochSums) => Promise<void>,
): Promise<EpochSums> {
  const order = orderOf(recipe, epoch, dataset.count);
  const steps = batchesPerEpoch(recipe, dataset.count);
  const size = Math.min(recipe.batchSize, dataset.count);
  let sums: EpochSums = { steps: 0, samples: 0, loss: 0, correct: 0 };
  for (let step = 0; step < steps; step++) {
    const batch = trainingBatch(dataset, order.subarray(step * size, (step + 1) * size), recipe, epoch);
    const rate = learningRateAt(recipe, epoch * steps + step, recipe.epochs * steps);
    const { loss, correct } = trainStep(engine, program, weights, batch, rate, recipe);
    if (!Number.isFinite(loss)) {
      throw new McuEvalError("NOT_FINITE", `the loss diverged in epoch ${epoch + 1}, step ${step + 1}`, {
        hint: "Lower the recipe's learning rate.",
      });
    }
    sums = {
      steps: step + 1,
      samples: sums.samples + size,
      loss: sums.loss + loss,
      correct: sums.correct + correct,
    };
    if (sums.steps % PAUSE_EVERY === 0 && sums.steps < steps) {
      // Lets Ctrl-C and timers in.
      await new Promise((resolve) => setImmediate(resolve));
      await pause(sums);
    }
  }
  return sums;
}
