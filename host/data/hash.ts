/** The two checksums of this project: SHA-256 names files, CRC-32 names what crosses the wire. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { crc32 as zlibCrc32 } from "node:zlib";
import { McuEvalError } from "../core/index.js";
import { fileError } from "./file-error.js";

/** SHA-256 of the concatenated parts, in lower-case hex. */
export function sha256Of(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** SHA-256 of a file, streamed. @throws McuEvalError FILE_MISSING */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fileError(error, path);
  }
  return hash.digest("hex");
}

/** CRC-32 as in zlib and on the wire (check value of "123456789": CBF43926), unsigned. */
export function crc32Of(bytes: Uint8Array): number {
  return zlibCrc32(bytes);
}

/** Throws HASH_MISMATCH unless the file has this SHA-256. */
export async function assertFileHash(path: string, sha256: string, hint: string): Promise<void> {
  const found = await sha256OfFile(path);
  if (found !== sha256) {
    throw new McuEvalError("HASH_MISMATCH", `${path} has SHA-256 ${found}, expected ${sha256}`, { hint });
  }
}
