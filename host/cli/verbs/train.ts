/** `mcu-eval train`: trains a float network by one of the recipes. */

import { join } from "node:path";
import type { Command } from "commander";
import { cachePath, duration, McuEvalError, nearestHint } from "../../core/index.js";
import type { TrainingProgress } from "../../train/index.js";
import { wholeNumber } from "../arguments.js";
import { errLine, type Io, outLine } from "../io.js";

interface TrainFlags {
  readonly recipe: string;
  readonly out: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly checkpoint?: string;
}

/** Adds the verb to the program. */
export function addTrain(program: Command, io: Io): void {
  program
    .command("train")
    .description("train a float network on CIFAR-10; continues from its checkpoint after an interruption")
    .option(
      "--recipe <id>",
      "cifar10-resnet8, or cifar10-resnet8-quick: less accurate, in a sixth of the time",
      "cifar10-resnet8",
    )
    .requiredOption("--out <folder>", "where the trained network goes, as a tfjs layers model")
    .option("--seed <number>", "seed instead of the recipe's", wholeNumber(0))
    .option("--epochs <count>", "epochs instead of the recipe's", wholeNumber(1))
    .option("--checkpoint <file>", "written after each epoch (default: in the cache, by recipe and seed)")
    .action((flags: TrainFlags) => run(flags, io));
}

async function run(flags: TrainFlags, io: Io): Promise<void> {
  const [{ cifar10Resnet8, cifar10Resnet8Quick, train }, { loadCifar10 }, { resnet8 }, { writeTfjsLayers }] =
    await Promise.all([
      import("../../train/index.js"),
      import("../../data/index.js"),
      import("../../nn/index.js"),
      import("../../import/index.js"),
    ]);
  const recipes = [cifar10Resnet8, cifar10Resnet8Quick];
  const chosen = recipes.find(({ id }) => id === flags.recipe);
  if (!chosen) {
    const known = recipes.map(({ id }) => id);
    throw new McuEvalError("USAGE", `there is no recipe "${flags.recipe}"`, { hint: nearestHint(flags.recipe, known) });
  }
  const recipe = {
    ...chosen,
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.epochs !== undefined && { epochs: flags.epochs }),
  };
  const log = (line: string): void => errLine(io, line);
  const dataset = await loadCifar10("train", { log });
  const validation = await loadCifar10("test", { log });
  const checkpoint =
    flags.checkpoint ?? cachePath("train", `${recipe.id}-seed${recipe.seed}-epochs${recipe.epochs}.safetensors`);
  errLine(io, `${recipe.id}: ${recipe.epochs} epochs of ${dataset.count} images; checkpoint ${checkpoint}`);
  const network = await train({
    graph: resnet8(),
    recipe,
    dataset,
    validation,
    checkpoint,
    signal: io.signal,
    onProgress: (progress) => show(progress, io),
  });
  if (io.isTerminal) errLine(io);
  await writeTfjsLayers(network, flags.out);
  const accuracy = network.epochs.at(-1)?.validation;
  outLine(io, join(flags.out, "model.json"));
  if (accuracy !== undefined)
    outLine(io, `accuracy on the ${validation.count} test images: ${(accuracy * 100).toFixed(2)} %`);
}

function show({ epoch, epochs, step, steps, loss, accuracy, validation, secondsLeft }: TrainingProgress, io: Io): void {
  const isWhole = step === steps;
  if (!isWhole && !io.isTerminal) return;
  const tested = validation === undefined ? "" : `  test accuracy ${(validation * 100).toFixed(2)} %`;
  const line =
    `epoch ${epoch}/${epochs} step ${step}/${steps}  loss ${loss.toFixed(4)}  accuracy ${(accuracy * 100).toFixed(2)} %` +
    `${tested}  ${duration(secondsLeft)} left`;
  if (!io.isTerminal) errLine(io, line);
  else io.err(`\r\x1b[2K${line.slice(0, io.columns - 1)}${isWhole ? "\n" : ""}`);
}
