#!/usr/bin/env node
// Writes firmware/infer/kernels/softmax_tables.cc: the tables of the int16 softmax, as TFLite fills them at run time
// (LUTPopulate for int16, in float32): e^x over -10 .. 0 and 1/(1+x) over 0 .. 1, each entry moved by half of what
// interpolation errs by in the middle of its step.

import { writeFile } from "node:fs/promises";
import path from "node:path";

const STEPS = 512;
const SCALE = 32768;
const f = Math.fround;
// Halves away from zero, as C's round().
const round = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
const clamp = (x) => Math.min(SCALE - 1, Math.max(-SCALE, x));

function table(min, max, transform) {
  const step = f(f(max - min) / STEPS);
  const half = f(step / 2);
  const scaled = (x) => f(f(transform(x)) * SCALE);
  const at = (i) => f(min + f(i * step));
  const entries = Array.from({ length: STEPS }, (_, i) => {
    const sample = round(scaled(at(i)));
    const interpolated = round(f(f(scaled(at(i + 1)) + sample) / 2));
    const middle = round(scaled(f(at(i) + half)));
    return clamp(sample - round((interpolated - middle) / 2));
  });
  return [...entries, clamp(round(scaled(max)))];
}

const rows = (entries) =>
  Array.from({ length: Math.ceil(entries.length / 12) }, (_, i) => entries.slice(12 * i, 12 * i + 12).join(", "));
const definition = (name, entries) => `const int16_t ${name}[kSoftmaxEntries] = {\n${rows(entries).join(",\n")}};\n`;

const text = `// Made by scripts/softmax-tables.mjs.
#include "firmware/infer/kernels/softmax_tables.h"

namespace mcu_eval::kernels {

// clang-format off
${definition("kExpTable", table(-10, 0, Math.exp))}
${definition(
  "kReciprocalTable",
  table(0, 1, (x) => 1 / f(1 + x)),
)}// clang-format on

}  // namespace mcu_eval::kernels
`;
const root = path.dirname(import.meta.dirname);
await writeFile(path.join(root, "firmware", "infer", "kernels", "softmax_tables.cc"), text);
