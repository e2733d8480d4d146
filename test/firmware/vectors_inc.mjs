#!/usr/bin/env node
// Turns test/vectors/*.json into one C++ table for the firmware's tests:
//   vectors_inc.mjs <vectors folder> <proto file> <output file>
// Bytes stay hexadecimal. The fields of a message become (tag, value) pairs in tag order, by the
// schema alone; nothing is encoded here.

import * as fs from "node:fs";
import * as path from "node:path";
import protobuf from "protobufjs";

const [folder, proto, output] = process.argv.slice(2);
if (!output) {
  console.error("usage: vectors_inc.mjs <vectors folder> <proto file> <output file>");
  process.exit(2);
}
const root = protobuf.loadSync(proto).resolveAll();
const kinds = root.lookupEnum("mcu_eval.Kind").valuesById;

const text = (value) => JSON.stringify(value).replace(/\?\?/g, "?\\?");
const pascal = (kind) => kind.toLowerCase().replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase());

function floatBits(value) {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}

function fieldValue(field, value) {
  if (field.resolvedType instanceof protobuf.Type) return `Sub(${field.id}, ${fieldList(field.resolvedType, value)})`;
  if (field.resolvedType) return `Number(${field.id}, ${field.resolvedType.values[value] ?? value}u)`;
  if (field.type === "string") return `Bytes(${field.id}, ${text(Buffer.from(value, "utf8").toString("hex"))})`;
  if (field.type === "bytes") return `Bytes(${field.id}, ${text(Buffer.from(value, "base64").toString("hex"))})`;
  if (field.type === "float") return `Number(${field.id}, ${floatBits(value)}u)`;
  return `Number(${field.id}, ${BigInt.asUintN(64, BigInt(value))}u)`;
}

function fieldList(type, object) {
  const known = new Set(type.fieldsArray.map((field) => field.name));
  const stranger = Object.keys(object).find((name) => !known.has(name));
  if (stranger) throw new Error(`${type.name} has no field "${stranger}"`);
  const fields = type.fieldsArray
    .filter((field) => object[field.name] !== undefined)
    .sort((a, b) => a.id - b.id)
    .flatMap((field) => (field.repeated ? object[field.name] : [object[field.name]]).map((v) => fieldValue(field, v)));
  return `{${fields.join(", ")}}`;
}

const cobsExpect = ([{ ok, reason }]) => `${ok !== undefined}, ${text(ok ?? reason)}`;

function frameExpect({ ok, reason }) {
  if (reason) return `{${text(reason)}, {}, ""}`;
  const header = [ok.version, ok.kind, ok.session, ok.flags, ok.seq].join(", ");
  return `{"", {${header}}, ${text(ok.body_hex)}}`;
}

function messageExpect(kind, [{ ok, reason }]) {
  return reason ? `false, {}` : `true, ${fieldList(root.lookupType(`mcu_eval.${pascal(kinds[kind])}`), ok)}`;
}

const rows = {
  cobs: (c) => `{${text(c.name)}, ${text(c.input_hex)}, ${c.encode}, ${cobsExpect(c.expect)}}`,
  crc: (c) => `{${text(c.name)}, ${text(c.input_hex)}, 0x${c.expect[0].ok}u}`,
  frame: (c) =>
    `{${text(c.name)}, ${text(c.input_hex)}, ${c.encode}, ${c.to === "device"}, ${c.max_frame}, ` +
    `{${c.expect.map(frameExpect).join(", ")}}}`,
  message: (c) => `{${text(c.name)}, ${text(c.input_hex)}, ${c.encode}, ${c.kind}, ${messageExpect(c.kind, c.expect)}}`,
};

let source = `// Generated from test/vectors/*.json by test/firmware/vectors_inc.mjs.\n`;
for (const [layer, row] of Object.entries(rows)) {
  const { cases } = JSON.parse(fs.readFileSync(path.join(folder, `${layer}.json`), "utf8"));
  const upper = layer[0].toUpperCase() + layer.slice(1);
  source += `\ninline const std::vector<${upper}Case>& ${upper}Cases() {\n`;
  source += `  static const std::vector<${upper}Case> cases = {\n`;
  source += cases.map((c) => `      ${row(c)},\n`).join("");
  source += `  };\n  return cases;\n}\nconstexpr size_t k${upper}Cases = ${cases.length};\n`;
}
fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, source);
