/** From the bytes an engine returned to the class it predicts. */

import { McuEvalError, type QuantArray, type QuantType } from "../core/index.js";

/** The index of the largest value; of equal ones the first, as numpy and TFLite's examples do. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

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
