/** Reads a FlatBuffer into plain values, table by table as described, and trusts none of its offsets. */

import { McuEvalError } from "../core/index.js";
import type { Field, Row, RowOf, Table } from "./fields.js";

/**
 * Elements that may be read per byte of the file. An honest file needs less than one; a file whose offsets
 * lead to the same table again and again would need any number.
 */
const ELEMENTS_PER_BYTE = 4;

interface File {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly source: string;
  /** Elements that may still be read. */
  budget: number;
}

/**
 * Reads the root table.
 *
 * @param bytes the file; byte vectors of the result are views of it
 * @param identifier the four characters expected at byte 4
 * @param source what to call the file in errors
 * @throws McuEvalError FILE_INVALID when the identifier differs or an offset leaves the file,
 *   MODEL_UNSUPPORTED for a value of an enumeration that has no name here
 */
export function readRoot<T extends Table>(bytes: Uint8Array, table: T, identifier: string, source: string): RowOf<T> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file: File = { bytes, view, source, budget: bytes.length * ELEMENTS_PER_BYTE };
  if (bytes.length < 8) invalid(file, `it has ${bytes.length} bytes, too few for any model`);
  const found = String.fromCharCode(...bytes.subarray(4, 8));
  if (found !== identifier) {
    invalid(file, `bytes 4 to 7 are ${JSON.stringify(found)}, expected "${identifier}"`);
  }
  return readTable(file, table, target(file, 0, table.name), table.name) as RowOf<T>;
}

function readTable(file: File, table: Table, at: number, path: string): Row {
  need(file, at, 4, path);
  spend(file, 1, path);
  const vtable = at - file.view.getInt32(at, true);
  need(file, vtable, 4, `${path}'s vtable`);
  const vtableSize = file.view.getUint16(vtable, true);
  const tableSize = file.view.getUint16(vtable + 2, true);
  need(file, vtable, vtableSize, `${path}'s vtable`);
  need(file, at, tableSize, path);

  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table.fields)) {
    const entry = 4 + 2 * field.slot;
    const offset = entry + 2 <= vtableSize ? file.view.getUint16(vtable + entry, true) : 0;
    if (offset !== 0 && offset + sizeOfField(field) > tableSize) {
      invalid(file, `${path}.${name} lies outside its table`);
    }
    row[name] = readField(file, field, offset === 0 ? null : at + offset, `${path}.${name}`, row);
  }
  return row;
}

function readField(file: File, field: Field, at: number | null, path: string, row: Row): unknown {
  const { view } = file;
  switch (field.kind) {
    case "i8":
      return at === null ? field.default : view.getInt8(at);
    case "u8":
      return at === null ? field.default : view.getUint8(at);
    case "i32":
      return at === null ? field.default : view.getInt32(at, true);
    case "u32":
      return at === null ? field.default : view.getUint32(at, true);
    case "f32":
      return at === null ? field.default : view.getFloat32(at, true);
    case "bool":
      return at === null ? field.default : view.getUint8(at) !== 0;
    case "enum":
      return nameOf(file, field.names, at === null ? 0 : view.getInt8(at), path);
    case "string":
      return at === null ? null : new TextDecoder().decode(vector(file, at, 1, path).bytes);
    case "bytes":
      return at === null ? null : vector(file, at, 1, path).bytes;
    case "i32s":
      return at === null ? null : list(file, at, 4, path, (from) => view.getInt32(from, true));
    case "f32s":
      return at === null ? null : list(file, at, 4, path, (from) => view.getFloat32(from, true));
    case "i64s":
      return at === null ? null : list(file, at, 8, path, (from) => Number(view.getBigInt64(from, true)));
    case "table":
      return at === null ? null : readTable(file, field.table, target(file, at, path), path);
    case "tables":
      return at === null
        ? null
        : list(file, at, 4, path, (from, i) =>
            readTable(file, field.table, target(file, from, `${path}[${i}]`), `${path}[${i}]`),
          );
    case "union": {
      const member = field.members[row[field.tag] as number];
      return at === null || member === undefined ? null : readTable(file, member, target(file, at, path), path);
    }
  }
}

/** Follows the offset stored at `at`. */
function target(file: File, at: number, path: string): number {
  need(file, at, 4, path);
  const to = at + file.view.getUint32(at, true);
  need(file, to, 4, path);
  return to;
}

function vector(file: File, at: number, width: number, path: string): { bytes: Uint8Array; start: number } {
  const start = target(file, at, path);
  const length = file.view.getUint32(start, true) * width;
  need(file, start + 4, length, path);
  return { bytes: file.bytes.subarray(start + 4, start + 4 + length), start: start + 4 };
}

function list<T>(file: File, at: number, width: number, path: string, read: (at: number, i: number) => T): T[] {
  const { bytes, start } = vector(file, at, width, path);
  const length = bytes.length / width;
  spend(file, length, path);
  return Array.from({ length }, (_, i) => read(start + i * width, i));
}

function sizeOfField(field: Field): number {
  return field.kind === "i8" || field.kind === "u8" || field.kind === "bool" || field.kind === "enum" ? 1 : 4;
}

function nameOf(file: File, names: readonly string[], value: number, path: string): string {
  const name = names[value];
  if (name === undefined) {
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `${file.source}: ${path} is ${value}, expected 0 to ${names.length - 1} (${names.join(", ")})`,
    );
  }
  return name;
}

function need(file: File, at: number, size: number, path: string): void {
  if (at < 0 || at + size > file.bytes.length) {
    invalid(file, `${path} would lie at bytes ${at} to ${at + size - 1}, but the file has ${file.bytes.length}`);
  }
}

function spend(file: File, elements: number, path: string): void {
  file.budget -= elements;
  if (file.budget < 0) invalid(file, `${path}: offsets lead to the same data too often`);
}

function invalid(file: File, what: string): never {
  throw new McuEvalError("FILE_INVALID", `${file.source} is not a readable .tflite file: ${what}`, {
    hint: "The file is truncated, damaged or of another kind; copy or convert it again.",
  });
}
