/** The training loop: epochs of steps, a checkpoint after each, and a way back in. */

import { createHash } from "node:crypto";
import { McuEvalError } from "../core/index.js";
import { assertLabels, type Dataset } from "../data/index.js";
import { compile, type Engine, type Graph, loadEngine, type Network } from "../nn/index.js";
import { batchesPerEpoch, orderOf, trainingBatch } from "./batches.js";
import { resumeCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { countRight } from "./evaluate.js";
import { initialParams } from "./init.js";
import type { Recipe } from "./recipe.js";
import { learningRateAt } from "./schedule.js";
import { trainStep } from "./step.js";
import { flatten } from "./weights.js";

export interface EpochResult {
  /** Mean over the epoch's samples, as augmented, while the weights moved. */
  readonly loss: number;
  readonly accuracy: number;
  /** On the validation data, after the epoch; absent where it was not measured. */
  readonly validation?: number;
}

export interface TrainingProgress extends EpochResult {
  /** 1 … epochs */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, and in one epoch. */
  readonly step: number;
  readonly steps: number;
  readonly secondsLeft: number;
}

export interface TrainOptions {
  readonly graph: Graph;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly validation?: Dataset;
  /** Epochs between two measurements on the validation data; the last is always measured. Default 5. */
  readonly validateEvery?: number;
  /** Starting values instead of seeded ones. */
  readonly start?: Network;
  /** File written after each epoch, and resumed from where it belongs to this very training. */
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainedNetwork extends Network {
  readonly epochs: readonly EpochResult[];
}

/** Steps between two reports within an epoch. */
const REPORT_EVERY = 50;

/**
 * Trains a graph on a data set.
 *
 * Same recipe, data, start and engine: same bytes, resumed or not. The engine takes its thread count
 * from the recipe if this is the process's first use of it.
 *
 * @throws McuEvalError INTERRUPTED when `signal` fires (the last epoch's checkpoint stays),
 *   NOT_FINITE when the loss diverges, LABEL_RANGE, FILE_INVALID, WRITE_FAILED
 */
export async function train(options: TrainOptions): Promise<TrainedNetwork> {
  const { graph, recipe, dataset, checkpoint } = options;
  const engine = await loadEngine({ threads: recipe.threads });
  const initial = options.start?.params ?? initialParams(graph, recipe.seed);
  const weights = flatten(initial);
  const key = trainingKey(engine, options, weights.values);
  const program = compile(graph, engine);
  assertLabels(dataset, classesOf(graph));

  const resumed = checkpoint ? await resumeCheckpoint(checkpoint, weights, key) : null;
  const epochs: EpochResult[] = [...(resumed?.epochs ?? [])];
  const steps = batchesPerEpoch(recipe, dataset.count);
  const size = Math.min(recipe.batchSize, dataset.count);
  const clock = stopwatch(recipe.epochs * steps - epochs.length * steps);

  for (let epoch = epochs.length; epoch < recipe.epochs; epoch++) {
    const order = orderOf(recipe, epoch, dataset.count);
    let loss = 0;
    let correct = 0;
    const report = (step: number, validation?: number): EpochResult => {
      const result = {
        loss: loss / (step * size),
        accuracy: correct / (step * size),
        ...(validation === undefined ? {} : { validation }),
      };
      const left = clock.secondsLeft((recipe.epochs - epoch) * steps - step);
      options.onProgress?.({ epoch: epoch + 1, epochs: recipe.epochs, step, steps, secondsLeft: left, ...result });
      return result;
    };
    for (let step = 0; step < steps; step++) {
      const batch = trainingBatch(dataset, order.subarray(step * size, (step + 1) * size), recipe, epoch);
      const rate = learningRateAt(recipe, epoch * steps + step, recipe.epochs * steps);
      const result = trainStep(engine, program, weights, batch, rate, recipe);
      loss += result.loss;
      correct += result.correct;
      if (!Number.isFinite(loss)) {
        throw new McuEvalError("NOT_FINITE", `the loss diverged in epoch ${epoch + 1}, step ${step + 1}`, {
          hint: "Lower the recipe's learning rate.",
        });
      }
      if ((step + 1) % REPORT_EVERY === 0 && step + 1 < steps) {
        report(step + 1);
        // Lets Ctrl-C and timers in.
        await new Promise((resolve) => setImmediate(resolve));
        if (options.signal?.aborted) throw interrupted(checkpoint, epoch);
      }
    }
    const due = (epoch + 1) % (options.validateEvery ?? 5) === 0 || epoch + 1 === recipe.epochs;
    const { validation } = options;
    const measured = validation && due;
    epochs.push(
      report(
        steps,
        measured ? countRight(engine, { graph, params: weights.params }, validation) / validation.count : undefined,
      ),
    );
    if (checkpoint) await saveCheckpoint(checkpoint, weights, { key, epochs });
    if (options.signal?.aborted && epoch + 1 < recipe.epochs) throw interrupted(checkpoint, epoch + 1);
  }
  return { graph, params: weights.params, epochs };
}

function interrupted(checkpoint: string | undefined, epochs: number): McuEvalError {
  return new McuEvalError("INTERRUPTED", `training stopped after ${epochs} whole epochs`, {
    hint: checkpoint
      ? `The same command goes on from ${checkpoint}.`
      : "Nothing was kept: no checkpoint file was named.",
  });
}

/** A hash of all that determines the weights. */
function trainingKey(engine: Engine, { graph, recipe, dataset }: TrainOptions, start: Float32Array): string {
  const { name, version, library, threads } = engine.info;
  return createHash("sha256")
    .update(JSON.stringify([{ name, version, library, threads }, graph, recipe, dataset.sha256]))
    .update(new Uint8Array(start.buffer, start.byteOffset, start.byteLength))
    .digest("hex");
}

function classesOf(graph: Graph): number {
  const layer = graph.layers.find(({ name }) => name === graph.logits);
  if (layer?.kind !== "dense") {
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `the logits of "${graph.id}" come from "${graph.logits}", expected a dense layer`,
    );
  }
  return layer.units;
}

/** Seconds left at the pace since it was started. */
function stopwatch(total: number): { secondsLeft(steps: number): number } {
  const begun = performance.now();
  return {
    secondsLeft(steps) {
      const done = total - steps;
      return done === 0 ? 0 : ((performance.now() - begun) / 1000 / done) * steps;
    },
  };
}
