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
  return inFolder(async (folder) => {
    const [modelFile, inputFile, outputFile] = [join(folder, "model.tflite"), join(folder, "in"), join(folder, "out")];
    await writeFile(modelFile, model);
    await writeFile(inputFile, inputs);
    await run(python, [join(here, "infer.py"), modelFile, inputFile, outputFile, "--engine", engine]);
    return await readFile(outputFile);
  });
}

/** LiteRT's own reading of a model, and the same model laid out anew by its writer. */
export async function oracleDescribe(model: Uint8Array): Promise<{ description: unknown; repacked: Buffer }> {
  return inFolder(async (folder) => {
    const [file, repacked] = [join(folder, "model.tflite"), join(folder, "repacked.tflite")];
    await writeFile(file, model);
    const { stdout } = await run(await oraclePython(), [join(here, "describe.py"), file, "--repack", repacked], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return { description: JSON.parse(stdout) as unknown, repacked: await readFile(repacked) };
  });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "mcu-eval-oracle-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
