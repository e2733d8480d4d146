/** Models as data: folders with a model.yaml, or a .tflite on its own. */

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { McuEvalError, messageOf, nearestHint } from "../core/index.js";
import { fileError } from "./file-error.js";
import { assertFileHash, sha256OfFile } from "./hash.js";
import { type Checker, checkerOf } from "./schema.js";

/** Sources (host/data) and build (dist/data) lie equally deep. */
const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

export const MODEL_FILE = "model.yaml";

interface QuantizationRecord {
  readonly method: string;
  readonly [detail: string]: unknown;
}

/** `model.yaml`; names are as in the file. */
export interface ModelDescription {
  readonly schema: 1;
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly task: { readonly kind: string; readonly classes: number; readonly labels: readonly string[] };
  readonly input: {
    /** Of one sample. */
    readonly shape: readonly number[];
    readonly layout: string;
    /** Valid values of the float input. */
    readonly range: readonly [number, number];
    readonly channel_order: string;
    readonly mean: readonly number[] | null;
    readonly std: readonly number[] | null;
  };
  /** By role; paths are relative to the folder. */
  readonly files: Readonly<Record<string, { readonly path: string; readonly sha256: string; readonly bytes?: number }>>;
  readonly quantisation?: Readonly<Record<string, QuantizationRecord>>;
  readonly accuracy?: readonly {
    readonly engine: string;
    readonly dataset: string;
    readonly split: string;
    readonly n: number;
    readonly top1: number;
    readonly correct?: number;
    readonly file?: string;
    readonly sha256?: string;
    readonly by?: string;
  }[];
  readonly recipe?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly training_data?: {
    readonly dataset: string;
    readonly split: string;
    readonly sha256: string;
    readonly n?: number;
  };
  readonly licence: string;
  readonly source: string;
  readonly citation?: string;
}

/** A model that was found, its files' hashes checked. */
export interface ModelSource {
  /** The folder's id, or the .tflite file's name without its ending. */
  readonly id: string;
  /** Absent for a .tflite on its own. */
  readonly description?: ModelDescription;
  /** By role, e.g. float, int8; a .tflite on its own has the role tflite. */
  readonly files: Readonly<Record<string, ModelFile>>;
}

export interface ModelFile {
  readonly path: string;
  /** As written in model.yaml, or the file's name. */
  readonly name: string;
  readonly sha256: string;
}

const check: Checker<ModelDescription> = checkerOf("models/schema.json");

/** The ids of all models in `root`, sorted. */
export async function modelIds(root = MODELS): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const described = await Promise.all(folders.map((name) => isFile(join(root, name, MODEL_FILE))));
  return folders.filter((_, i) => described[i]).sort();
}

/**
 * Finds a model by its id, by the path of its folder, or by the path of a .tflite, and checks its files.
 *
 * @throws McuEvalError MODEL_UNKNOWN suggesting the nearest id, FILE_MISSING, FILE_INVALID, HASH_MISMATCH
 */
export async function findModel(spec: string, root = MODELS): Promise<ModelSource> {
  const known = await modelIds(root);
  if (known.includes(spec)) {
    const found = await readModelFolder(join(root, spec));
    if (found.id === spec) return found;
    throw new McuEvalError(
      "FILE_INVALID",
      `${join(root, spec, MODEL_FILE)} calls its model "${found.id}", expected "${spec}" as its folder`,
    );
  }
  if (await isFile(join(spec, MODEL_FILE))) return readModelFolder(spec);
  if (await isFile(spec)) {
    const name = basename(spec);
    if (name === MODEL_FILE) return readModelFolder(join(spec, ".."));
    return {
      id: name.replace(/\.tflite$/, ""),
      files: { tflite: { path: spec, name, sha256: await sha256OfFile(spec) } },
    };
  }
  throw new McuEvalError(
    "MODEL_UNKNOWN",
    `there is no model "${spec}": neither an id, nor a folder with a ${MODEL_FILE}, nor a file`,
    {
      hint: nearestHint(spec, known),
    },
  );
}

/** Reads one model folder. @throws McuEvalError FILE_MISSING, FILE_INVALID, HASH_MISMATCH */
export async function readModelFolder(folder: string): Promise<ModelSource> {
  const path = join(folder, MODEL_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, path);
  });
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new McuEvalError("FILE_INVALID", `${path} is not YAML: ${messageOf(error)}`, { cause: error });
  }
  const description = check(content, path);
  const { task } = description;
  if (task.labels.length !== task.classes) {
    throw new McuEvalError(
      "FILE_INVALID",
      `${path}: task.labels names ${task.labels.length} classes, task.classes says ${task.classes}`,
    );
  }
  const files: Record<string, ModelFile> = {};
  for (const [role, { path: name, sha256 }] of Object.entries(description.files)) {
    const file = join(folder, name);
    if (!resolve(file).startsWith(resolve(folder) + sep)) {
      throw new McuEvalError("FILE_INVALID", `${path}: files.${role}.path "${name}" leads out of the model's folder`);
    }
    await assertFileHash(file, sha256, `It is not the file that ${path} describes: restore it, or correct its sha256.`);
    files[role] = { path: file, name, sha256 };
  }
  return { id: description.id, description, files };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
