/** A step size that falls from step to step. */

/** Half a cosine from `first`, at step 0, towards `last`, at step `steps`. */
export function annealed(first: number, last: number, step: number, steps: number): number {
  return last + ((first - last) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}
