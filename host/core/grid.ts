/** A quantised model's input grid: what values the device can receive, and how floats land on them. */

import { McuEvalError } from "./errors.js";

export type QuantType = "int8" | "uint8" | "int16";
export type QuantArray = Int8Array | Uint8Array | Int16Array;

export interface Grid {
  readonly type: QuantType;
  /** Real value of one step, float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

const RANGES: Record<QuantType, readonly [number, number]> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

/** Smallest and largest integer of a type. */
export function rangeOf(type: QuantType): readonly [number, number] {
  return RANGES[type];
}

/** Real values of the grid's smallest and largest integer. */
export function endsOf({ type, scale, zeroPoint }: Grid): readonly [number, number] {
  const [min, max] = rangeOf(type);
  return [(min - zeroPoint) * scale, (max - zeroPoint) * scale];
}

/** An array of the grid's integer type. */
export function allocate(type: QuantType, length: number): QuantArray {
  switch (type) {
    case "int8":
      return new Int8Array(length);
    case "uint8":
      return new Uint8Array(length);
    case "int16":
      return new Int16Array(length);
  }
}

/** C's `round`: halves away from zero (Math.round takes them towards +infinity). */
export function roundHalfAwayFromZero(x: number): number {
  return x < 0 ? -Math.round(-x) : Math.round(x);
}

/**
 * Rounds real values to grid integers: clamp(roundHalfAwayFromZero(x / scale) + zeroPoint),
 * with a float32 division as in TFLite, and the clamp before the cast.
 *
 * @param x real values, any finite range
 * @returns one integer per value
 * @throws McuEvalError NOT_FINITE for NaN; infinities clamp
 */
export function toGrid(x: Float32Array, grid: Grid): QuantArray {
  const [min, max] = rangeOf(grid.type);
  const scale = Math.fround(grid.scale);
  const out = allocate(grid.type, x.length);
  for (let i = 0; i < x.length; i++) {
    // A float32 division: the double quotient of two float32 rounds to the same float32.
    const steps = Math.fround((x[i] as number) / scale);
    if (Number.isNaN(steps)) {
      throw new McuEvalError("NOT_FINITE", `value ${i} to be quantised is NaN, expected a number`);
    }
    // roundHalfAwayFromZero without a branch on the sign; no float32 below a half reaches 1 that way.
    const rounded = Math.sign(steps) * Math.floor(Math.abs(steps) + 0.5);
    out[i] = Math.min(max, Math.max(min, rounded + grid.zeroPoint));
  }
  return out;
}

/** The real values of grid integers: (q - zeroPoint) * scale, in float32. */
export function fromGrid(q: QuantArray, grid: Grid): Float32Array {
  const scale = Math.fround(grid.scale);
  const out = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) out[i] = ((q[i] as number) - grid.zeroPoint) * scale;
  return out;
}

/** Real values moved to the nearest grid point, still as floats: what the device will compute with. */
export function snapToGrid(x: Float32Array, grid: Grid): Float32Array {
  return fromGrid(toGrid(x, grid), grid);
}
