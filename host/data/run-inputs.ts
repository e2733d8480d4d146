/** The inputs of every condition of a run: one file before rounding, one on the grid. */

import { access, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { QuantArray, QuantType } from "../core/index.js";
import { writeError } from "./file-error.js";
import type { NpyType } from "./npy.js";
import { createNpyRows, type NpyRows, openNpyRows } from "./npy-rows.js";
import type { RunManifest } from "./run-manifest.js";

const NPY_TYPES: Record<QuantType, NpyType> = { int8: "|i1", uint8: "|u1", int16: "<i2" };

interface Pair {
  readonly float: NpyRows;
  readonly grid: NpyRows;
}

export interface RunInputs {
  /** @param first row within the run, 0 … n - 1 */
  write(condition: number, first: number, float: Float32Array, grid: QuantArray): Promise<void>;
  /** Waits until what was written is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the files of a run, making those that are not there.
 *
 * @param isFresh whether no record refers to the files yet; otherwise one that is missing is an error
 * @throws McuEvalError FILE_MISSING, FILE_INVALID, WRITE_FAILED
 */
export async function openRunInputs(folder: string, manifest: RunManifest, isFresh: boolean): Promise<RunInputs> {
  const shape = [manifest.settings.n, ...manifest.model.input.shape];
  const open: NpyRows[] = [];
  const changed = new Set<NpyRows>();
  const openOne = async (name: string, type: NpyType): Promise<NpyRows> => {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw writeError(error, path);
    });
    const rows = await (isThere || !isFresh ? openNpyRows : createNpyRows)(path, type, shape);
    open.push(rows);
    return rows;
  };
  const close = async (): Promise<void> => {
    for (const rows of open) await rows.close();
  };
  const pairs: Pair[] = [];
  try {
    for (const { inputs } of manifest.conditions) {
      pairs.push({
        float: await openOne(inputs.float, "<f4"),
        grid: await openOne(inputs.grid, NPY_TYPES[manifest.model.input.type]),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async write(condition, first, float, grid) {
      const pair = pairs[condition] as Pair;
      changed.add(pair.float).add(pair.grid);
      await pair.float.write(first, float);
      await pair.grid.write(first, grid);
    },
    async sync() {
      for (const rows of changed) await rows.sync();
      changed.clear();
    },
    close,
  };
}
