/** Files that are there whole or not at all. */

import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writeError } from "./file-error.js";

/**
 * Writes a file by way of a temporary neighbour and a rename, so that a reader (or a run resumed after
 * a power cut) sees the old bytes or the new ones, never half of them. Creates missing folders.
 *
 * @throws McuEvalError WRITE_FAILED, the temporary file then being removed
 */
export async function writeAtomic(path: string, ...parts: readonly (Uint8Array | string)[]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "w");
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(error, path);
  }
}
