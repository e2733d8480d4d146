/** Writes plain values as a FlatBuffer, table by table as described. Same values, same bytes. */

import { Builder, type Offset } from "flatbuffers";
import type { Field, Row, RowOf, Table } from "./fields.js";

/** The schema's force_align of buffer data. */
const BYTES_ALIGNMENT = 16;

/**
 * Writes a root table with its file identifier. Fields that equal their default, and null ones, are left out.
 *
 * @returns the whole file
 */
export function writeRoot<T extends Table>(table: T, row: RowOf<T>, identifier: string): Uint8Array {
  const builder = new Builder(1024);
  builder.finish(writeTable(builder, table, row), identifier);
  return builder.asUint8Array().slice();
}

function writeTable(builder: Builder, table: Table, row: Row): Offset {
  const fields = Object.entries(table.fields);
  // What a table points to must be complete before the table is begun.
  const children = new Map(fields.map(([name, field]) => [name, writeChild(builder, field, row[name], row)]));
  builder.startObject(1 + Math.max(-1, ...fields.map(([, field]) => field.slot)));
  for (const [name, field] of fields) writeField(builder, field, row[name], children.get(name) ?? 0);
  return builder.endObject();
}

/** Writes what a field points to; 0 for fields stored in the table itself, and for absent ones. */
function writeChild(builder: Builder, field: Field, value: unknown, row: Row): Offset {
  if (value === null || value === undefined) return 0;
  switch (field.kind) {
    case "string":
      return builder.createString(value as string);
    case "bytes": {
      const bytes = value as Uint8Array;
      builder.startVector(1, bytes.length, BYTES_ALIGNMENT);
      for (let i = bytes.length - 1; i >= 0; i--) builder.addInt8(bytes[i] as number);
      return builder.endVector();
    }
    case "i32s":
      return writeList(builder, 4, value as number[], (x) => builder.addInt32(x));
    case "f32s":
      return writeList(builder, 4, value as number[], (x) => builder.addFloat32(x));
    case "i64s":
      return writeList(builder, 8, value as number[], (x) => builder.addInt64(BigInt(x)));
    case "table":
      return writeTable(builder, field.table, value as Row);
    case "tables": {
      const offsets = (value as Row[]).map((item) => writeTable(builder, field.table, item));
      return writeList(builder, 4, offsets, (offset) => builder.addOffset(offset));
    }
    case "union": {
      const member = field.members[row[field.tag] as number];
      return member === undefined ? 0 : writeTable(builder, member, value as Row);
    }
    default:
      return 0;
  }
}

function writeField(builder: Builder, field: Field, value: unknown, child: Offset): void {
  switch (field.kind) {
    case "i8":
    case "u8":
      builder.addFieldInt8(field.slot, value as number, field.default);
      break;
    case "i32":
    case "u32":
      builder.addFieldInt32(field.slot, value as number, field.default);
      break;
    case "f32":
      builder.addFieldFloat32(field.slot, value as number, field.default);
      break;
    case "bool":
      builder.addFieldInt8(field.slot, Number(value), Number(field.default));
      break;
    case "enum":
      builder.addFieldInt8(field.slot, field.names.indexOf(value as string), 0);
      break;
    default:
      builder.addFieldOffset(field.slot, child, 0);
      break;
  }
}

/** FlatBuffers grow from the back, so elements go in last to first. */
function writeList(builder: Builder, width: number, values: readonly number[], add: (x: number) => void): Offset {
  builder.startVector(width, values.length, width);
  for (let i = values.length - 1; i >= 0; i--) add(values[i] as number);
  return builder.endVector();
}
