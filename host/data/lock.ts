/** One process at a time works on a run folder. */

import { open, readFile, rm } from "node:fs/promises";
import { McuEvalError } from "../core/index.js";
import { writeError } from "./file-error.js";

/**
 * Takes the lock file, also from a process that is no more.
 *
 * @returns lets it go again
 * @throws McuEvalError RUN_CONFLICT while another process holds it, WRITE_FAILED
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(`${process.pid}\n`).finally(() => file.close());
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw writeError(error, path);
    }
    const holder = Number((await readFile(path, "utf8").catch(() => "")).trim());
    if (isAlive(holder)) {
      throw new McuEvalError("RUN_CONFLICT", `process ${holder} is working on this run (${path})`, {
        hint: `Wait for it or stop it. If no such process is a run of yours, remove ${path}.`,
      });
    }
    await rm(path, { force: true });
  }
  throw new McuEvalError("RUN_CONFLICT", `${path} is contended by another process`, { hint: "Try again." });
}

function isAlive(pid: number): boolean {
  // Our own number is a dead namesake's: containers hand out the same few numbers again and again.
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
