/**
 * Named float32 tensors in one file, in the safetensors layout: u64 LE length of a JSON header, the
 * header (name to type, shape and byte range, and free text under `__metadata__`), the values, LE.
 */

import { McuEvalError, messageOf, sizeOf } from "../core/index.js";
import type { Param, Params } from "../nn/index.js";

export interface TensorFile {
  readonly tensors: Params;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

type Header = Record<string, Entry> & { __metadata__?: Record<string, string> };

/** The file's bytes, in parts. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] } satisfies Entry;
    offset += data.byteLength;
  }
  const json = JSON.stringify(header);
  const bytes = Buffer.byteLength(json);
  // The layout wants the values aligned to 8 bytes, by spaces after the header.
  const text = Buffer.from(json + " ".repeat(-bytes & 7));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const values = [...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [length, text, ...values];
}

/** @throws McuEvalError FILE_INVALID for bytes that are not such a file, whole */
export function decodeTensors(bytes: Buffer, path: string): TensorFile {
  try {
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__: metadata = {}, ...entries } = JSON.parse(bytes.toString("utf8", 8, start)) as Header;
    const tensors = new Map<string, Param>();
    for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries as Record<string, Entry>)) {
      const [begin, end] = data_offsets;
      if (
        dtype !== "F32" ||
        end - begin !== sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT ||
        start + end > bytes.length
      ) {
        throw new Error(`tensor "${name}" is ${dtype} [${shape.join(", ")}] in bytes ${begin} to ${end}`);
      }
      // A copy starts at an offset of its own, as a Float32Array needs.
      const copy = new Uint8Array(bytes.subarray(start + begin, start + end));
      tensors.set(name, { shape, data: new Float32Array(copy.buffer) });
    }
    return { tensors, metadata };
  } catch (error) {
    throw new McuEvalError(
      "FILE_INVALID",
      `${path} is not a file of float32 tensors (safetensors): ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
