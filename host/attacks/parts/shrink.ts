/** The proximal step of an l1 penalty around a clean sample. */

/**
 * Moves each element by `threshold` towards its clean value: those that would pass it land on it exactly.
 *
 * Source: Chen et al. 2018, arXiv:1709.04114, equation 5.
 *
 * @param clean one row, in `bounds` @param values the same row, any finite values
 * @param out overwritten, in `bounds`; may be `values`
 */
export function shrinkTowards(
  clean: Float32Array,
  values: Float32Array,
  threshold: number,
  bounds: readonly [number, number],
  out: Float32Array,
): void {
  const [low, high] = bounds;
  for (let i = 0; i < clean.length; i++) {
    const origin = clean[i] as number;
    const difference = (values[i] as number) - origin;
    // The part within the threshold is taken off: no branch, and no sign that is as good as random.
    const shrunk = difference - Math.min(threshold, Math.max(-threshold, difference));
    out[i] = Math.min(high, Math.max(low, origin + shrunk));
  }
}
