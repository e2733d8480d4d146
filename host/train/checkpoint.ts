/**
 * Where a training stands, as one file in the safetensors layout (u64 LE header length, JSON header,
 * float32 LE values), which other tools open too.
 */

import { readFile } from "node:fs/promises";
import { McuEvalError, messageOf } from "../core/index.js";
import { writeAtomic } from "../data/index.js";
import type { EpochResult } from "./train.js";
import type { Weights } from "./weights.js";

export interface Progress {
  /** What determines the weights; a checkpoint of another key is not resumed. */
  readonly key: string;
  /** One entry a finished epoch. */
  readonly epochs: readonly EpochResult[];
}

interface Entry {
  readonly dtype: "F32";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const VELOCITY = "velocity:";

/** Writes weights and momenta, whole or not at all. @throws McuEvalError WRITE_FAILED */
export async function saveCheckpoint(path: string, weights: Weights, progress: Progress): Promise<void> {
  const header: Record<string, Entry | Record<string, string>> = {
    __metadata__: { progress: JSON.stringify(progress) },
  };
  for (const [prefix, start] of [
    ["", 0],
    [VELOCITY, weights.values.byteLength],
  ] as const) {
    for (const [key, { shape, data }] of weights.params) {
      const begin = start + (weights.offsets.get(key) as number) * Float32Array.BYTES_PER_ELEMENT;
      header[prefix + key] = { dtype: "F32", shape, data_offsets: [begin, begin + data.byteLength] };
    }
  }
  const json = JSON.stringify(header);
  // The format wants the values aligned to 8 bytes, by spaces after the header.
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeAtomic(path, length, text, bytesOf(weights.values), bytesOf(weights.velocity));
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * Reads a checkpoint into `weights`.
 *
 * @returns null where there is no such file, or it belongs to another training (another key)
 * @throws McuEvalError FILE_INVALID for a file that is no checkpoint of these parameters
 */
export async function loadCheckpoint(path: string, weights: Weights, key: string): Promise<Progress | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  try {
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, Entry> & {
      __metadata__: { progress: string };
    };
    const progress = JSON.parse(header.__metadata__.progress) as Progress;
    if (progress.key !== key) return null;
    const body = new Uint8Array(bytes.subarray(8 + length));
    for (const [name, offset] of weights.offsets) {
      const size = weights.params.get(name)?.data.length ?? 0;
      for (const [prefix, target] of [
        ["", weights.values],
        [VELOCITY, weights.velocity],
      ] as const) {
        const [begin, end] = (header[prefix + name] as Entry).data_offsets;
        const values = new Float32Array(body.buffer, body.byteOffset + begin, (end - begin) / 4);
        if (values.length !== size) throw new Error(`${prefix + name} has ${values.length} values, expected ${size}`);
        target.set(values, offset);
      }
    }
    return progress;
  } catch (error) {
    throw new McuEvalError("FILE_INVALID", `${path} is not a checkpoint of this training: ${messageOf(error)}`, {
      hint: "Remove it to start over.",
      cause: error,
    });
  }
}
