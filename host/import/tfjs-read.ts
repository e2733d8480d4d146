/** Reads tfjs layers models from a folder. */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { McuEvalError, messageOf } from "../core/index.js";
import type { Network, Param } from "../nn/index.js";
import { graphOf } from "./tfjs-topology.js";
import { cutWeights, paramsOf, type WeightSpec } from "./tfjs-weights.js";

export interface ReadTfjsOptions {
  /** Default: what this project's writer put down, else the folder's name. */
  readonly id?: string;
  /** Range of the input values; default: what this project's writer put down, else 0 to 1. */
  readonly bounds?: readonly [number, number];
}

interface ModelJson {
  readonly modelTopology?: unknown;
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightSpec[] }[];
  readonly userDefinedMetadata?: { readonly id?: string; readonly bounds?: readonly [number, number] };
}

/**
 * Reads a tfjs layers model (`tf.loadLayersModel`'s format).
 *
 * @param path the folder, or the model.json in it
 * @throws McuEvalError FILE_MISSING, FILE_INVALID for damaged or foreign files, MODEL_UNSUPPORTED for a
 *   layer that has no counterpart here, named with its index and class
 */
export async function readTfjsLayers(path: string, options: ReadTfjsOptions = {}): Promise<Network> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(path, "model.json") : path;
  const model = parse((await read(file)).toString("utf8"), file);
  const { modelTopology, weightsManifest, userDefinedMetadata } = model;
  if (modelTopology === undefined || !Array.isArray(weightsManifest)) {
    throw new McuEvalError(
      "FILE_INVALID",
      `${file} has no modelTopology or weightsManifest, expected a tfjs layers model`,
    );
  }
  const id = options.id ?? userDefinedMetadata?.id ?? basename(dirname(resolve(file)));
  const bounds = options.bounds ?? userDefinedMetadata?.bounds ?? [0, 1];
  const graph = graphOf(modelTopology, id, bounds, file);

  const weights = new Map<string, Param>();
  for (const { paths, weights: specs } of weightsManifest as NonNullable<ModelJson["weightsManifest"]>) {
    const parts = await Promise.all(paths.map((part) => read(join(dirname(file), part))));
    for (const [name, param] of cutWeights(specs, Buffer.concat(parts), file)) weights.set(name, param);
  }
  return { graph, params: paramsOf(graph, weights, file) };
}

function parse(text: string, file: string): ModelJson {
  try {
    return JSON.parse(text) as ModelJson;
  } catch (cause) {
    throw new McuEvalError("FILE_INVALID", `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new McuEvalError("FILE_MISSING", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
