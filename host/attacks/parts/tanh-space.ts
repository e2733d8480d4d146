/**
 * Points inside the bounds as the tanh of a free variable.
 *
 * Source: Carlini & Wagner 2017, arXiv:1608.04644, section V-B: x' = low + (tanh(w) + 1) * (high - low) / 2.
 * Here the variable is d = w - w0, where w0 stands for the clean value, and x' is built by tanh's addition
 * theorem: no difference of nearly equal numbers near the bounds, and d = 0 is the clean value exactly.
 */

/**
 * Keeps a clean value at a bound from having no slope: tanh(w0) is this much of it. The authors' code has
 * 0.999999, from where black and white pixels need hundreds of steps to move at all. Ours can be smaller,
 * since d = 0 is the clean value whatever it is; a value at one bound then ends 5 % short of the other.
 */
const SMOOTHER = 0.9;

/** Beyond it the short fraction for tanh is off by more than 2e-11. */
const SMALL = 0.5;

/** tanh, by its continued fraction where that is as good: a third of the time of Math.tanh. */
function tanh(x: number): number {
  if (x > SMALL || x < -SMALL) return Math.tanh(x);
  const square = x * x;
  return (x * (945 + square * (105 + square))) / (945 + square * (420 + 15 * square));
}

/**
 * @param clean one row, in `bounds` @param moved the row's d
 * @param point overwritten with x', in `bounds` @param slope overwritten with dx'/dd
 */
export function fromTanhSpace(
  clean: Float32Array,
  moved: Float32Array,
  bounds: readonly [number, number],
  point: Float32Array,
  slope: Float32Array,
): void {
  const [low, high] = bounds;
  const half = (high - low) / 2;
  const middle = low + half;
  for (let i = 0; i < clean.length; i++) {
    const value = clean[i] as number;
    const origin = (SMOOTHER * (value - middle)) / half;
    const turn = tanh(moved[i] as number);
    const shrink = 1 / (1 + origin * turn);
    const reach = half * (1 - origin * origin) * shrink;
    point[i] = Math.min(high, Math.max(low, value + reach * turn));
    slope[i] = reach * shrink * (1 - turn * turn);
  }
}
