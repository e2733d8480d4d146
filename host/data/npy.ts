/**
 * NumPy's `.npy` files, version 1.0 (numpy.lib.format), C order, little-endian.
 *
 * The header of a type and shape is always the same bytes, those that numpy (since 1.23) writes.
 */

import { readFile } from "node:fs/promises";
import { McuEvalError, sizeOf } from "../core/index.js";
import { writeAtomic } from "./atomic.js";
import { fileError } from "./file-error.js";

const MAGIC = "\x93NUMPY\x01\x00";
const ALIGNMENT = 64;
/** numpy leaves room for the first extent to grow to this many digits. */
const GROWTH_DIGITS = 21;

const TYPES = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "|u1": Uint8Array,
  "|i1": Int8Array,
  "<i2": Int16Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
} as const;

export type NpyType = keyof typeof TYPES;
export type NpyArray = Float32Array | Float64Array | Uint8Array | Int8Array | Int16Array | Int32Array | BigInt64Array;

export interface Npy {
  readonly type: NpyType;
  readonly shape: readonly number[];
  readonly data: NpyArray;
}

/** The `.npy` type of an array. */
export function npyTypeOf(data: NpyArray): NpyType {
  const found = Object.entries(TYPES).find(([, kind]) => data instanceof kind);
  return (found as [NpyType, unknown])[0];
}

/** Bytes of one element. */
export function npyBytes(type: NpyType): number {
  return TYPES[type].BYTES_PER_ELEMENT;
}

/** The header of a file: magic, version, dictionary padded to 64 bytes. */
export function npyHeader(type: NpyType, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const growth = shape.length === 0 ? "" : " ".repeat(GROWTH_DIGITS - String(shape[0]).length);
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }${growth}`;
  const unpadded = MAGIC.length + 2 + dictionary.length + 1;
  const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const text = `${dictionary}${" ".repeat(padding)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([Buffer.from(MAGIC, "latin1"), length, Buffer.from(text, "latin1")]);
}

/** Writes a whole array. @throws McuEvalError WRITE_FAILED */
export async function writeNpy(path: string, data: NpyArray, shape: readonly number[]): Promise<void> {
  if (data.length !== sizeOf(shape)) {
    throw new McuEvalError("INTERNAL", `${path}: ${data.length} values do not fill the shape [${shape.join(", ")}]`);
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeAtomic(path, npyHeader(npyTypeOf(data), shape), bytes);
}

/** Reads a whole array. @throws McuEvalError FILE_MISSING, FILE_INVALID */
export async function readNpy(path: string): Promise<Npy> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
  return parseNpy(bytes, path);
}

/** Reads an array from a file's bytes; `path` is for messages. @throws McuEvalError FILE_INVALID */
export function parseNpy(bytes: Uint8Array, path: string): Npy {
  const { type, shape, offset } = parseHeader(bytes, path);
  const wanted = sizeOf(shape) * npyBytes(type);
  const found = bytes.length - offset;
  if (found !== wanted) {
    throw invalid(path, `holds ${found} bytes of data, expected ${wanted} for ${type} of shape [${shape.join(", ")}]`);
  }
  // A copy, since a typed array must start at a multiple of its element size.
  const buffer = new Uint8Array(bytes.subarray(offset)).buffer;
  return { type, shape, data: new TYPES[type](buffer) };
}

function parseHeader(bytes: Uint8Array, path: string): { type: NpyType; shape: number[]; offset: number } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 10 || view.toString("latin1", 0, 6) !== MAGIC.slice(0, 6)) {
    throw invalid(path, "does not begin like an .npy file");
  }
  const version = view[6] as number;
  if (version < 1 || version > 3) throw invalid(path, `has .npy version ${version}, expected 1 to 3`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.readUInt16LE(8) : view.length >= 12 ? view.readUInt32LE(8) : Number.NaN;
  const offset = start + length;
  if (!(offset <= view.length)) throw invalid(path, "ends inside its header");
  const text = view.toString("latin1", start, offset);
  const type = /'descr': *'([^']*)'/.exec(text)?.[1] ?? "none";
  const tuple = /'shape': *\(([^)]*)\)/.exec(text)?.[1];
  if (!(type in TYPES))
    throw invalid(path, `has element type ${type}, expected one of ${Object.keys(TYPES).join(", ")}`);
  if (!/'fortran_order': *False/.test(text)) throw invalid(path, "is in Fortran order, expected C order");
  const shape = (tuple ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  if (tuple === undefined || shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0)) {
    throw invalid(path, `has no readable shape in its header ${JSON.stringify(text.trim())}`);
  }
  return { type: type as NpyType, shape, offset };
}

function invalid(path: string, what: string): McuEvalError {
  return new McuEvalError("FILE_INVALID", `${path} ${what}`, {
    hint: "Save it again with numpy.save, C order, little-endian.",
  });
}
