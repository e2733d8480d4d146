/** The bytes an engine returned as numbers, and what they predict. */

import { argmax, fromGrid, type Grid, McuEvalError, type QuantArray, type QuantType } from "../core/index.js";

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

/** The share from which on a sigmoid says yes. */
const HALF = 0.5;

/** The class that output bytes predict: of several values the largest; a single one, a sigmoid, is class 1 above a half. */
export function predictionOf(bytes: Uint8Array, grid: Grid): number {
  const values = outputValues(bytes, grid.type);
  if (values.length > 1) return argmax(values);
  return (fromGrid(values, grid)[0] as number) > HALF ? 1 : 0;
}

/**
 * Bytes of an output, or of the tensor before its softmax or sigmoid, as one score a class.
 *
 * A single value is z of the logits [0, z], or p of the shares [1 - p, p].
 */
export function scoresOf(bytes: Uint8Array, grid: Grid, isLogits: boolean): Float32Array {
  const values = fromGrid(outputValues(bytes, grid.type), grid);
  if (values.length > 1) return values;
  const [only = 0] = values;
  return Float32Array.of(isLogits ? 0 : 1 - only, only);
}
