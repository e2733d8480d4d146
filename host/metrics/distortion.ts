/** How far a changed sample lies from the clean one. */

import { McuEvalError, type Norm } from "../core/index.js";

/** One value a norm; l0 counts changed elements, so a pixel of three channels may count three times. */
export type Distortion = Readonly<Record<Norm, number>>;

/** All norms of the difference, summed in double precision. @param clean @param changed equally long */
export function distortionOf(clean: Float32Array, changed: Float32Array): Distortion {
  if (clean.length !== changed.length) {
    throw new McuEvalError("DATA_MISMATCH", `a changed sample has ${changed.length} values, expected ${clean.length}`);
  }
  let l0 = 0;
  let l1 = 0;
  let square = 0;
  let linf = 0;
  for (let i = 0; i < clean.length; i++) {
    const size = Math.abs((changed[i] as number) - (clean[i] as number));
    if (size === 0) continue;
    l0++;
    l1 += size;
    square += size * size;
    linf = Math.max(linf, size);
  }
  return { l0, l1, l2: Math.sqrt(square), linf };
}

/** One norm of the difference; see `distortionOf`. */
export function normOf(norm: Norm, clean: Float32Array, changed: Float32Array): number {
  return distortionOf(clean, changed)[norm];
}
