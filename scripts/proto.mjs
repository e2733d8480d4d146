// Generates host/link/generated/ from proto/mcu_eval.proto: protobufjs static code and its types.
// Does nothing where the output was made from the same schema by the same generator.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const schema = join(root, "proto", "mcu_eval.proto");
const folder = join(root, "host", "link", "generated");
const code = join(folder, "mcu_eval.js");
const types = join(folder, "mcu_eval.d.ts");
const stamp = join(folder, "stamp");
// tsc copies no .js, so the compiled program gets its own.
const compiled = join(root, "dist", "link", "generated", "mcu_eval.js");

const require = createRequire(import.meta.url);
const generator = require("protobufjs-cli/package.json").version;
const hash = createHash("sha256")
  .update(generator)
  .update(readFileSync(schema))
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest("hex");

function isCurrent() {
  return [code, types, stamp].every(existsSync) && readFileSync(stamp, "utf8") === hash;
}

async function generate() {
  const { pbjs, pbts } = require("protobufjs-cli");
  const options = ["-t", "static-module", "-w", "esm", "--force-number", "--no-create", "--no-verify"];
  options.push("--no-delimited", "--no-typeurl", "--no-service");
  // pbts reads the types out of the comments; the program needs none.
  const commented = `${code}.${process.pid}.commented.js`;
  const fresh = `${code}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  await promisify(pbjs.main)([...options, "-o", commented, schema]);
  const declarations = await promisify(pbts.main)([commented]);
  await promisify(pbjs.main)([...options, "--no-comments", "-o", fresh, schema]);
  rmSync(commented);
  renameSync(fresh, code);
  writeFileSync(types, declarations);
  writeFileSync(stamp, hash);
}

if (!isCurrent()) await generate();
if (!existsSync(compiled) || !readFileSync(compiled).equals(readFileSync(code))) {
  mkdirSync(dirname(compiled), { recursive: true });
  copyFileSync(code, compiled);
}
