/** Runs the stock interpreters from tests; installs them at first use. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = import.meta.dirname;

export type OracleEngine = "tflm" | "litert-ref" | "litert";

/** Path of the oracles' Python, installed if missing. */
export async function oraclePython(): Promise<string> {
  const { stdout } = await run(join(here, "setup.sh"));
  return stdout.trim();
}

/** Raw outputs of a model for raw inputs that stand one after the other. */
export async function oracleInfer(engine: OracleEngine, model: Uint8Array, inputs: Uint8Array): Promise<Buffer> {
  const python = await oraclePython();
  const folder = await mkdtemp(join(tmpdir(), "mcu-eval-oracle-"));
  try {
    const [modelFile, inputFile, outputFile] = ["model.tflite", "in.bin", "out.bin"].map((name) => join(folder, name));
    await writeFile(modelFile as string, model);
    await writeFile(inputFile as string, inputs);
    await run(python, [join(here, "infer.py"), modelFile, inputFile, outputFile, "--engine", engine] as string[]);
    return await readFile(outputFile as string);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
