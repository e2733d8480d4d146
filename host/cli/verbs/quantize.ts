/** `mcu-eval quantize`: a float network to an int8 .tflite. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { wholeNumber } from "../arguments.js";
import { errLine, type Io, outLine } from "../io.js";

interface QuantizeFlags {
  readonly out?: string;
  readonly samples: number;
}

/** Adds the verb to the program. */
export function addQuantize(program: Command, io: Io): void {
  program
    .command("quantize")
    .description("convert a float network to a full-integer int8 .tflite, calibrated on training images")
    .argument("<network>", "folder of a tfjs layers model, or its model.json")
    .option("--out <file>", "where the .tflite goes (default: int8.tflite beside the network's folder)")
    .option("-n, --samples <count>", "calibration images: the first of CIFAR-10's training split", wholeNumber(1), 1000)
    .action((network: string, flags: QuantizeFlags) => run(network, flags, io));
}

async function run(path: string, { out, samples }: QuantizeFlags, io: Io): Promise<void> {
  const [{ readTfjsLayers }, { batchOf, loadCifar10, sha256Of, writeAtomic }, { calibrate, quantizeInt8 }] =
    await Promise.all([
      import("../../import/index.js"),
      import("../../data/index.js"),
      import("../../tflite/index.js"),
    ]);
  const network = await readTfjsLayers(path);
  const images = await loadCifar10("train", { limit: samples, log: (line) => errLine(io, line) });
  const bytes = quantizeInt8(network, await calibrate(network, batchOf(images)));
  const file = out ?? (await besides(path));
  await writeAtomic(file, bytes);
  outLine(io, file);
  errLine(io, `${bytes.length} bytes, SHA-256 ${sha256Of(bytes)}, calibrated on ${images.count} images`);
}

/** int8.tflite in the folder that holds the network's folder. */
async function besides(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, "..", "int8.tflite") : join(path, "..", "..", "int8.tflite");
}
