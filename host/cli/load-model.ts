/** A model by its id or path, with all files that a run needs. */

import { readFile } from "node:fs/promises";
import { McuEvalError } from "../core/index.js";
import { fileError, findModel, type ModelFile, sha256Of, sha256OfFile } from "../data/index.js";
import type { LoadedModel } from "../eval/index.js";
import { readTfjsLayers } from "../import/index.js";
import type { Network } from "../nn/index.js";
import { readTflite } from "../tflite/index.js";

/** Roles of files that devices can run, the preferred first. */
const DEVICE_ROLES = ["int8", "tflite"];

/**
 * Loads both forms of a model.
 *
 * @param reference id of a model folder, path of one, or path of a .tflite
 * @param float a tfjs layers model instead of the folder's own; needed for a .tflite on its own
 * @throws McuEvalError MODEL_UNKNOWN, USAGE, FILE_MISSING, FILE_INVALID, HASH_MISMATCH, MODEL_UNSUPPORTED
 */
export async function loadModel(reference: string, float?: string): Promise<LoadedModel> {
  const { id, files, description } = await findModel(reference);
  const role = DEVICE_ROLES.find((name) => files[name]);
  const device = role === undefined ? undefined : files[role];
  if (role === undefined || device === undefined) {
    throw new McuEvalError("MODEL_UNSUPPORTED", `model ${id} has no file with the role int8 that a device could run`, {
      hint: "Make one with mcu-eval quantize.",
    });
  }
  const tflite = await readFile(device.path).catch((error: unknown) => {
    throw fileError(error, device.path);
  });
  // Before anything else is missed: a damaged file should be called damaged.
  readTflite(tflite, device.path);
  const source = float === undefined ? files.float : await fileOf(float);
  if (source === undefined) {
    throw new McuEvalError("USAGE", `${reference} comes without the float network that attacks search on`, {
      hint: "Name it with --float <folder of a tfjs layers model>.",
    });
  }
  const bounds = description?.input.range;
  const network = await readTfjsLayers(source.path, { id, ...(bounds && { bounds }) });
  const used = { ...(float === undefined && files), float: source, [role]: device };
  const records = Object.entries(used).map(([name, file]) => [name, { path: file.name, sha256: file.sha256 }]);
  return {
    id,
    network,
    tflite,
    others: await otherFiles(files, role),
    labels: description?.task.labels,
    files: {
      ...Object.fromEntries(records),
      // model.json names its weights without their hash.
      ...(float !== undefined && { float_values: { path: float, sha256: valuesHash(network) } }),
    },
  };
}

/** Every other .tflite of the folder, by role. */
async function otherFiles(
  files: Readonly<Record<string, ModelFile>>,
  primary: string,
): Promise<Record<string, Uint8Array>> {
  const further = Object.entries(files).filter(([role, { path }]) => role !== primary && path.endsWith(".tflite"));
  const read = further.map(async ([role, { path }]): Promise<[string, Uint8Array]> => [role, await readFile(path)]);
  return Object.fromEntries(await Promise.all(read));
}

async function fileOf(path: string): Promise<ModelFile> {
  const file = path.endsWith(".json") ? path : `${path}/model.json`;
  return { path: file, name: path, sha256: await sha256OfFile(file) };
}

function valuesHash({ params }: Network): string {
  const names = [...params.keys()].sort();
  return sha256Of(
    ...names.map((name) => new Uint8Array((params.get(name)?.data ?? new Float32Array()).slice().buffer)),
  );
}
