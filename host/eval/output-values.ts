/** The bytes an engine returned as numbers. */

import { McuEvalError, type QuantArray, type QuantType } from "../core/index.js";

/** Output bytes, little-endian, as the integers they are. @throws McuEvalError INTERNAL for half an integer */
export function outputValues(bytes: Uint8Array, type: QuantType): QuantArray {
  // A copy, since a typed array must start at a multiple of its element size.
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case "int8":
      return new Int8Array(buffer);
    case "uint8":
      return new Uint8Array(buffer);
    case "int16":
      if (bytes.length % 2 !== 0) throw new McuEvalError("INTERNAL", `an int16 output has ${bytes.length} bytes`);
      return new Int16Array(buffer);
  }
}
