/** The training loop: epochs of steps, a checkpoint after each, and a way back in. */

import { createHash } from "node:crypto";
import { McuEvalError } from "../core/index.js";
import { assertLabels, type Dataset } from "../data/index.js";
import { compile, type Engine, type Graph, loadEngine, type Network } from "../nn/index.js";
import { batchesPerEpoch } from "./batches.js";
import { resumeCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { type EpochSums, meansOf, runEpoch } from "./epoch.js";
import { countRight } from "./evaluate.js";
import { initialParams } from "./init.js";
import type { Recipe } from "./recipe.js";
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
  readonly validation?: Dataset | undefined;
  /** Epochs between two measurements on the validation data; the last is always measured. Default 5. */
  readonly validateEvery?: number | undefined;
  /** Starting values instead of seeded ones. */
  readonly start?: Network | undefined;
  /** File written after each epoch, and resumed from where it belongs to this very training. */
  readonly checkpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
}

export interface TrainedNetwork extends Network {
  readonly epochs: readonly EpochResult[];
}

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
  const clock = stopwatch((recipe.epochs - epochs.length) * steps);

  for (let epoch = epochs.length; epoch < recipe.epochs; epoch++) {
    const report = (sums: EpochSums, validation?: number): EpochResult => {
      const result = { ...meansOf(sums), ...(validation === undefined ? {} : { validation }) };
      const secondsLeft = clock.secondsLeft((recipe.epochs - epoch) * steps - sums.steps);
      options.onProgress?.({
        epoch: epoch + 1,
        epochs: recipe.epochs,
        step: sums.steps,
        steps,
        secondsLeft,
        ...result,
      });
      return result;
    };
    const pause = async (sums: EpochSums): Promise<void> => {
      report(sums);
      if (options.signal?.aborted) throw interrupted(checkpoint, epoch);
    };
    const sums = await runEpoch({ engine, program, weights, dataset, recipe }, epoch, pause);
    const { validation, validateEvery = 5 } = options;
    const due = (epoch + 1) % validateEvery === 0 || epoch + 1 === recipe.epochs;
    const right = validation && due ? countRight(engine, { graph, params: weights.params }, validation) : undefined;
    epochs.push(report(sums, right === undefined ? undefined : right / (validation?.count ?? 1)));
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
