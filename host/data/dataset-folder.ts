/** A folder of pictures: one sub-folder a class, PNG or JPEG files. */

import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { McuEvalError, nearestHint, sizeOf } from "../core/index.js";
import { type Dataset, datasetOf, type RowRange, rowsWithin } from "./dataset.js";
import { fileError } from "./file-error.js";
import { decodePicture, type Picture } from "./picture.js";

const ENDINGS = new Set([".png", ".jpg", ".jpeg"]);

export interface FolderOptions extends RowRange {
  /** Class names in the order of the labels; default the sub-folders' names, sorted. */
  readonly classNames?: readonly string[] | undefined;
  /** [height, width, channels] that each picture must have; default the first one's, in RGB. */
  readonly shape?: readonly number[] | undefined;
}

/**
 * Loads pictures by turns, the first of each class, then the second of each, in the order of their names:
 * so the first n samples are of all classes. Only the wanted rows are decoded.
 *
 * @throws McuEvalError FILE_MISSING, FILE_INVALID, DATA_MISMATCH (another size), LABEL_RANGE (a
 * sub-folder that is no class)
 */
export async function loadFolder(folder: string, options: FolderOptions = {}): Promise<Dataset> {
  const found = await subfolders(folder);
  const classNames = options.classNames ?? found;
  const foreign = found.find((name) => !classNames.includes(name));
  if (foreign !== undefined) {
    throw new McuEvalError("LABEL_RANGE", `${join(folder, foreign)} is none of the ${classNames.length} classes`, {
      hint: nearestHint(foreign, classNames),
    });
  }
  const byClass = await Promise.all(
    classNames.map((name) => (found.includes(name) ? pictures(join(folder, name)) : Promise.resolve([]))),
  );
  const files = inTurns(byClass);
  if (files.length === 0) {
    throw new McuEvalError("FILE_MISSING", `${folder} holds no pictures`, {
      hint: "Put PNG or JPEG files into one sub-folder a class, named after the class.",
    });
  }
  const { begin, end } = rowsWithin(files.length, options, folder);
  const rows = files.slice(begin, end);
  const { shape, values } = await decodeAll(
    rows.map(({ path }) => path),
    options.shape,
  );
  const labels = Int32Array.from(rows, ({ label }) => label);
  return { ...datasetOf({ id: folder, split: "all", shape, values, labels, classNames }), offset: begin };
}

function inTurns(byClass: readonly (readonly string[])[]): { path: string; label: number }[] {
  const turns = Math.max(0, ...byClass.map((paths) => paths.length));
  return Array.from({ length: turns }, (_, turn) =>
    byClass.flatMap((paths, label) => (turn < paths.length ? [{ path: paths[turn] as string, label }] : [])),
  ).flat();
}

async function decodeAll(
  paths: readonly string[],
  expected: readonly number[] | undefined,
): Promise<{ shape: readonly number[]; values: Uint8Array }> {
  if (expected !== undefined && (expected.length !== 3 || ![1, 3].includes(expected[2] as number))) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `the model takes samples of shape [${expected.join(", ")}], expected pictures: [height, width, 1 or 3]`,
    );
  }
  let shape = (expected ?? [null, null, 3]) as [number | null, number | null, 1 | 3];
  let values: Uint8Array | undefined;
  for (const [i, path] of paths.entries()) {
    const picture: Picture = await decodePicture(path, shape);
    shape = picture.shape as [number, number, 1 | 3];
    values ??= new Uint8Array(paths.length * sizeOf(picture.shape));
    values.set(picture.pixels, i * picture.pixels.length);
  }
  return { shape: shape as number[], values: values as Uint8Array };
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, folder);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

async function pictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, folder);
  });
  return names
    .filter((name) => ENDINGS.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => join(folder, name));
}
