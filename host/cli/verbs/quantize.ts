/** `mcu-eval quantize`: a float network to an int8 or int16x8 .tflite. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { wholeNumber } from "../arguments.js";
import { errLine, type Io, outLine } from "../io.js";

const TYPES = ["int8", "int16x8"] as const;

interface QuantizeFlags {
  readonly type: (typeof TYPES)[number];
  readonly out?: string;
  readonly samples: number;
}

/** Adds the verb to the program. */
export function addQuantize(program: Command, io: Io): void {
  program
    .command("quantize")
    .description("convert a float network to a full-integer .tflite, calibrated on training images")
    .argument("<network>", "folder of a tfjs layers model, or its model.json")
    .addOption(
      new Option("--type <type>", "int16x8: activations of 16 bits with the weights of int8")
        .choices(TYPES)
        .default("int8"),
    )
    .option("--out <file>", "where the .tflite goes (default: <type>.tflite beside the network's folder)")
    .option("-n, --samples <count>", "calibration images: the first of CIFAR-10's training split", wholeNumber(1), 1000)
    .action((network: string, flags: QuantizeFlags) => run(network, flags, io));
}

async function run(path: string, { type, out, samples }: QuantizeFlags, io: Io): Promise<void> {
  const [
    { readTfjsLayers },
    { batchOf, loadCifar10, sha256Of, writeAtomic },
    { calibrate, quantizeInt8, quantizeInt16x8 },
  ] = await Promise.all([
    import("../../import/index.js"),
    import("../../data/index.js"),
    import("../../tflite/index.js"),
  ]);
  const network = await readTfjsLayers(path);
  const images = await loadCifar10("train", { limit: samples, log: (line) => errLine(io, line) });
  const quantize = { int8: quantizeInt8, int16x8: quantizeInt16x8 }[type];
  const bytes = quantize(network, await calibrate(network, batchOf(images)));
  const file = out ?? (await besides(path, `${type}.tflite`));
  await writeAtomic(file, bytes);
  outLine(io, file);
  errLine(io, `${bytes.length} bytes, SHA-256 ${sha256Of(bytes)}, calibrated on ${images.count} images`);
}

/** A file in the folder that holds the network's folder. */
async function besides(path: string, name: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, "..", name) : join(path, "..", "..", name);
}
