/** idx files (LeCun's MNIST format): big-endian header, then unsigned bytes; plain or gzipped. */

import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { McuEvalError, messageOf, sizeOf } from "../core/index.js";
import { fileError } from "./file-error.js";

const UNSIGNED_BYTE = 0x08;

export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Reads an idx file of unsigned bytes. @throws McuEvalError FILE_MISSING, FILE_INVALID */
export async function readIdx(path: string): Promise<Idx> {
  const raw = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
  const isGzipped = raw[0] === 0x1f && raw[1] === 0x8b;
  const bytes = isGzipped
    ? await promisify(gunzip)(raw).catch((error: unknown) => {
        throw new McuEvalError("FILE_INVALID", `${path} is not a whole gzip file: ${messageOf(error)}`, {
          cause: error,
        });
      })
    : raw;
  return parseIdx(bytes, path);
}

/** Reads the bytes of an idx file; `path` is for messages. @throws McuEvalError FILE_INVALID */
export function parseIdx(bytes: Buffer, path: string): Idx {
  const invalid = (what: string): McuEvalError => new McuEvalError("FILE_INVALID", `${path} ${what}`);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) throw invalid("does not begin like an idx file");
  const [type, axes] = [bytes[2] as number, bytes[3] as number];
  if (type !== UNSIGNED_BYTE) {
    throw invalid(`has element type 0x${type.toString(16).padStart(2, "0")}, expected unsigned bytes (0x08)`);
  }
  const offset = 4 + 4 * axes;
  if (axes < 1 || bytes.length < offset) throw invalid("ends inside its header");
  const shape = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const found = bytes.length - offset;
  if (found !== sizeOf(shape)) {
    throw invalid(`holds ${found} bytes of data, expected ${sizeOf(shape)} for shape [${shape.join(", ")}]`);
  }
  return { shape, data: new Uint8Array(bytes.subarray(offset)) };
}
