/** Neighbours in float32. */

const VALUE = new Float32Array(1);
const BITS = new Int32Array(VALUE.buffer);

/** The next float32 towards plus (`direction` 1) or minus infinity (-1). @param x a finite float32 */
export function neighbour(x: number, direction: 1 | -1): number {
  VALUE[0] = x;
  const bits = BITS[0] as number;
  if (x === 0) BITS[0] = direction === 1 ? 1 : -0x7fffffff;
  else BITS[0] = x > 0 === (direction === 1) ? bits + 1 : bits - 1;
  return VALUE[0];
}
