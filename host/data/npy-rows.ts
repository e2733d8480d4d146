/** An `.npy` file of known shape that is filled row by row, in any order. */

import { type FileHandle, open } from "node:fs/promises";
import { McuEvalError, sizeOf } from "../core/index.js";
import { fileError, writeError } from "./file-error.js";
import { type NpyArray, type NpyType, npyBytes, npyHeader, npyTypeOf } from "./npy.js";

export interface NpyRows {
  /** Overwrites rows from `first` on. @param data a whole number of rows, of the file's type */
  write(first: number, data: NpyArray): Promise<void>;
  /** Waits until what was written is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Makes a file of zeros. @throws McuEvalError WRITE_FAILED, also when `path` exists */
export async function createNpyRows(path: string, type: NpyType, shape: readonly number[]): Promise<NpyRows> {
  const header = npyHeader(type, shape);
  let file: FileHandle | undefined;
  try {
    file = await open(path, "wx+");
    await file.write(header, 0, header.length, 0);
    await file.truncate(header.length + sizeOf(shape) * npyBytes(type));
    return rowsOf(file, path, type, shape, header.length);
  } catch (error) {
    await file?.close();
    throw writeError(error, path);
  }
}

/** Opens a file that `createNpyRows` made. @throws McuEvalError FILE_MISSING, FILE_INVALID when it is another */
export async function openNpyRows(path: string, type: NpyType, shape: readonly number[]): Promise<NpyRows> {
  const header = npyHeader(type, shape);
  const file = await open(path, "r+").catch((error: unknown) => {
    throw fileError(error, path);
  });
  const found = Buffer.alloc(header.length);
  await file.read(found, 0, header.length, 0);
  const { size } = await file.stat();
  const expected = header.length + sizeOf(shape) * npyBytes(type);
  if (!found.equals(header) || size !== expected) {
    await file.close();
    throw new McuEvalError(
      "FILE_INVALID",
      `${path} (${size} bytes) is not the run's file, expected ${type} of shape [${shape.join(", ")}] (${expected} bytes)`,
      { hint: "The run folder was changed by hand: start the run anew in another folder." },
    );
  }
  return rowsOf(file, path, type, shape, header.length);
}

function rowsOf(file: FileHandle, path: string, type: NpyType, shape: readonly number[], offset: number): NpyRows {
  const rowSize = sizeOf(shape.slice(1));
  return {
    async write(first, data) {
      const fits = data.length % rowSize === 0 && first >= 0 && first + data.length / rowSize <= (shape[0] as number);
      if (npyTypeOf(data) !== type || !fits) {
        throw new McuEvalError(
          "INTERNAL",
          `${path}: ${data.length} values of ${npyTypeOf(data)} from row ${first} do not fit ${type} of shape [${shape.join(", ")}]`,
        );
      }
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const position = offset + first * rowSize * npyBytes(type);
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
        }
      } catch (error) {
        throw writeError(error, path);
      }
    },
    async sync() {
      await file.sync().catch((error: unknown) => {
        throw writeError(error, path);
      });
    },
    close: () => file.close(),
  };
}
