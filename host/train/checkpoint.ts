/** Where a training stands, as a file of tensors: parameters, their momenta, and the epochs done. */

import { readFile } from "node:fs/promises";
import { McuEvalError } from "../core/index.js";
import { fileError, writeAtomic } from "../data/index.js";
import { type Graph, type Network, type Param, paramShapes } from "../nn/index.js";
import { decodeTensors, encodeTensors, type TensorFile } from "./safetensors.js";
import type { EpochResult } from "./train.js";
import { velocityOf, type Weights } from "./weights.js";

export interface Progress {
  /** What determines the weights; a checkpoint of another key is not resumed. */
  readonly key: string;
  /** One entry a finished epoch. */
  readonly epochs: readonly EpochResult[];
}

const VELOCITY = "velocity:";

/** Writes weights and momenta, whole or not at all. @throws McuEvalError WRITE_FAILED */
export async function saveCheckpoint(path: string, weights: Weights, progress: Progress): Promise<void> {
  const tensors = new Map(weights.params);
  for (const [key, { shape }] of weights.params) tensors.set(VELOCITY + key, { shape, data: velocityOf(weights, key) });
  await writeAtomic(path, ...encodeTensors({ tensors, metadata: { progress: JSON.stringify(progress) } }));
}

/**
 * Reads a checkpoint into `weights`.
 *
 * @returns null where there is no such file, or it belongs to another training (another key)
 * @throws McuEvalError FILE_INVALID for a file that is no checkpoint
 */
export async function resumeCheckpoint(path: string, weights: Weights, key: string): Promise<Progress | null> {
  const file = await readTensors(path).catch((error: unknown) => {
    if (error instanceof McuEvalError && error.code === "FILE_MISSING") return null;
    throw error;
  });
  const progress = file && progressOf(file, path);
  if (!progress || progress.key !== key) return null;
  for (const [name, { shape, data }] of weights.params) {
    data.set(tensorOf(file, name, shape, path));
    velocityOf(weights, name).set(tensorOf(file, VELOCITY + name, shape, path));
  }
  return progress;
}

/**
 * The network that a checkpoint holds, and the epochs behind it.
 *
 * @param graph the graph it was trained as
 * @throws McuEvalError FILE_MISSING, FILE_INVALID, among others where the parameters are not the graph's
 */
export async function loadTrained(path: string, graph: Graph): Promise<Network & { epochs: readonly EpochResult[] }> {
  const file = await readTensors(path);
  const params = new Map<string, Param>();
  for (const [name, shape] of paramShapes(graph)) params.set(name, { shape, data: tensorOf(file, name, shape, path) });
  return { graph, params, epochs: progressOf(file, path).epochs };
}

async function readTensors(path: string): Promise<TensorFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
  return decodeTensors(bytes, path);
}

function progressOf({ metadata }: TensorFile, path: string): Progress {
  const text = metadata.progress;
  if (text === undefined) throw new McuEvalError("FILE_INVALID", `${path} holds tensors, but is not a checkpoint`);
  return JSON.parse(text) as Progress;
}

function tensorOf({ tensors }: TensorFile, name: string, shape: readonly number[], path: string): Float32Array {
  const found = tensors.get(name);
  if (found?.shape.join() !== shape.join()) {
    const what = found ? `has shape [${found.shape.join(", ")}]` : "is missing";
    throw new McuEvalError("FILE_INVALID", `${path}: tensor "${name}" ${what}, expected shape [${shape.join(", ")}]`, {
      hint: "It is a checkpoint of another network.",
    });
  }
  return found.data;
}
