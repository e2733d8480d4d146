import { beforeAll, describe, expect, it } from "vitest";
import type { Field, Table } from "../../../host/tflite/fields.js";
import { OPERATOR_NAMES } from "../../../host/tflite/operator-names.js";
import { BUILTIN_OPTIONS, FUSED_ACTIVATIONS, MODEL, PADDINGS, TENSOR_TYPES } from "../../../host/tflite/schema.js";
import { schemaHeader } from "./tflm-package.js";

let header = "";
beforeAll(() => {
  header = schemaHeader();
});

/** Every table that the model's description reaches. */
function tablesFrom(table: Table): Table[] {
  const below = Object.values(table.fields).flatMap((field): Table[] => {
    if (field.kind === "table" || field.kind === "tables") return tablesFrom(field.table);
    return field.kind === "union" ? Object.values(field.members).flatMap(tablesFrom) : [];
  });
  return [table, ...below];
}

/** Names that differ from the schema's, and what the mid-2020 header does not have yet. */
const LATER = new Set(["OperatorCode.wide_builtin_code", "AddOptions.pot_scale_int16"]);

/** The header's body of one table. */
function bodyOf(name: string): string {
  const body = header.split(new RegExp(`^struct ${name} FLATBUFFERS_FINAL_CLASS`, "m"))[1]?.split(/^\};$/m)[0];
  if (body === undefined) throw new Error(`the header has no table ${name}`);
  return body;
}

const CPP_TYPES: Partial<Record<Field["kind"], string>> = {
  i8: "int8_t",
  u8: "uint8_t",
  i32: "int32_t",
  u32: "uint32_t",
  f32: "float",
  bool: "uint8_t",
  enum: "int8_t",
};

const fields = tablesFrom(MODEL).flatMap((table) =>
  Object.entries(table.fields).map(([name, field]) => ({ table: table.name, name, field: field as Field })),
);

describe("the schema's tables", () => {
  it.each(fields.filter(({ table, name }) => !LATER.has(`${table}.${name}`)))(
    "$table.$name stands in the slot, type and default of TFLM's header",
    ({ table, name, field }) => {
      const body = bodyOf(table);
      const constant = `VT_${name.toUpperCase()}`;
      expect(body).toMatch(new RegExp(`\\b${constant} = ${4 + 2 * field.slot}\\b`));
      const type = CPP_TYPES[field.kind];
      if (type === undefined) return expect(body).toMatch(new RegExp(`GetPointer<[^;]*\\(${constant}\\)`));
      const fallback = "default" in field ? Number(field.default) : 0;
      expect(body).toMatch(new RegExp(`GetField<${type}>\\(${constant}, ${fallback}(\\.0f)?\\)`));
    },
  );
});

/** An enumeration's names by value, without its MIN and MAX. */
function enumeration(name: string): string[] {
  const names: string[] = [];
  for (const [, member, value] of header.matchAll(new RegExp(`^  ${name}_(\\w+) = (\\d+),?$`, "gm"))) {
    names[Number(value)] = member as string;
  }
  return names;
}

describe("the schema's enumerations", () => {
  it("are TFLM's", () => {
    expect(OPERATOR_NAMES).toEqual(enumeration("BuiltinOperator"));
    expect(TENSOR_TYPES).toEqual(enumeration("TensorType").map((name) => name.toLowerCase()));
    expect(PADDINGS).toEqual(enumeration("Padding").map((name) => name.toLowerCase()));
    const activations = enumeration("ActivationFunctionType").map((name) => name.toLowerCase());
    expect(FUSED_ACTIVATIONS).toEqual(activations.map((name) => (name === "none" ? "linear" : name)));
  });

  it("number the tables of options as TFLM", () => {
    const options = enumeration("BuiltinOptions");
    for (const [number, { name }] of Object.entries(BUILTIN_OPTIONS)) expect(options[Number(number)]).toBe(name);
  });
});
