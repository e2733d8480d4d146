/** A vocabulary for describing FlatBuffer tables as data, and the plain values such tables read as. */

interface Placed {
  /** Index of the field in the table's schema; the vtable entry stands at 4 + 2 * slot. */
  readonly slot: number;
}

export type NumberKind = "i8" | "u8" | "i32" | "u32" | "f32";
export type ListKind = "i32s" | "f32s" | "i64s";

export type Field = Placed &
  (
    | { readonly kind: NumberKind; readonly default: number }
    | { readonly kind: "bool"; readonly default: boolean }
    /** An i8 whose values have names; the default is names[0]. */
    | { readonly kind: "enum"; readonly names: readonly string[] }
    | { readonly kind: "string" }
    /** A vector of bytes; written aligned to 16 bytes, as the schema asks for buffers. */
    | { readonly kind: "bytes" }
    | { readonly kind: ListKind }
    | { readonly kind: "table" | "tables"; readonly table: Table }
    /** A table whose type the number in field `tag` selects. */
    | { readonly kind: "union"; readonly tag: string; readonly members: Readonly<Record<number, Table>> }
  );

export interface Table {
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
}

/** Values of any table, by field name; absent vectors, strings and tables are null. */
export type Row = Readonly<Record<string, unknown>>;

type ValueOf<F> = F extends { kind: NumberKind }
  ? number
  : F extends { kind: "bool" }
    ? boolean
    : F extends { kind: "enum"; names: readonly (infer Name)[] }
      ? Name
      : F extends { kind: "string" }
        ? string | null
        : F extends { kind: "bytes" }
          ? Uint8Array | null
          : F extends { kind: ListKind }
            ? readonly number[] | null
            : F extends { kind: "table"; table: infer T extends Table }
              ? RowOf<T> | null
              : F extends { kind: "tables"; table: infer T extends Table }
                ? readonly RowOf<T>[] | null
                : Row | null;

/** The values of table `T`, by field name. */
export type RowOf<T extends Table> = { readonly [Name in keyof T["fields"]]: ValueOf<T["fields"][Name]> };
