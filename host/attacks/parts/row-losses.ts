/**
 * What attacks climb, one row of logits at a time: cross-entropy, the difference of logits ratio (DLR), and
 * the margin where there are too few classes for the ratio.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, section 4 and equations 6 (DLR) and 7 (targeted DLR). APGD
 * compares values of one loss with each other and takes the direction of gradients alone, which leaves two
 * freedoms. The cross-entropy stands for its argument v in log(1 + exp(v)), which grows with it and stays
 * finite and exact where the cross-entropy of a confident row rounds to 0. A ratio's gradient is
 * multiplied by its denominator, so that it does not vanish in float32 where logits are large.
 */

/**
 * The value of a row, larger being nearer to fooled; writes its gradient, up to a positive factor.
 *
 * @param z [classes] logits of one row
 * @param i the row's place in the labels and targets it is judged by
 * @param ascent [classes], overwritten
 */
export type RowLoss = (z: Float32Array, i: number, ascent: Float32Array) => number;

/** Keeps a ratio of equal logits finite, as in the authors' code. */
const TINY = 1e-12;

/**
 * log(sum of the others' exp) - z[label]: the cross-entropy is log(1 + exp(this)). Its gradient is that of the
 * cross-entropy divided by the largest entry, the label's, which `softmax - 1` would lose where it is near 0.
 */
export function crossEntropyRow(z: Float32Array, label: number, ascent: Float32Array): number {
  const peak = z[strongestOther(z, label)] as number;
  let others = 0;
  for (let k = 0; k < z.length; k++) if (k !== label) others += Math.exp((z[k] as number) - peak);
  for (let k = 0; k < z.length; k++) ascent[k] = k === label ? -1 : Math.exp((z[k] as number) - peak) / others;
  return Math.log(others) + peak - (z[label] as number);
}

/** `crossEntropyRow` of a class to be reached: the negated value and gradient. */
export function towardsRow(z: Float32Array, target: number, ascent: Float32Array): number {
  const value = crossEntropyRow(z, target, ascent);
  for (let k = 0; k < z.length; k++) ascent[k] = -(ascent[k] as number);
  return -value;
}

/** z[to] - z[from]. */
export function differenceRow(z: Float32Array, from: number, to: number, ascent: Float32Array): number {
  ascent.fill(0);
  ascent[to] = 1;
  ascent[from] = (ascent[from] as number) - 1;
  return (z[to] as number) - (z[from] as number);
}

/** (largest other - z[label]) / (first - third): the DLR loss, for 3 classes and more. */
export function dlrRow(z: Float32Array, label: number, ascent: Float32Array): number {
  const ranks = leading(z, 3);
  const denominator = (z[ranks[0] as number] as number) - (z[ranks[2] as number] as number) + TINY;
  const value = differenceRow(z, label, strongestOther(z, label), ascent) / denominator;
  add(ascent, ranks[0], -value);
  add(ascent, ranks[2], value);
  return value;
}

/** (z[to] - z[from]) / (first - (third + fourth) / 2): the targeted DLR loss, for 4 classes and more. */
export function dlrTowardsRow(z: Float32Array, from: number, to: number, ascent: Float32Array): number {
  const ranks = leading(z, 4);
  const [first, , third, fourth] = ranks.map((k) => z[k] as number) as [number, number, number, number];
  const value = differenceRow(z, from, to, ascent) / (first - (third + fourth) / 2 + TINY);
  add(ascent, ranks[0], -value);
  add(ascent, ranks[2], value / 2);
  add(ascent, ranks[3], value / 2);
  return value;
}

/** The class of the largest logit but `own`'s, of equal ones the first. */
export function strongestOther(z: Float32Array, own: number): number {
  let best = own === 0 ? 1 : 0;
  for (let k = best + 1; k < z.length; k++) if (k !== own && (z[k] as number) > (z[best] as number)) best = k;
  return best;
}

/** The classes of the largest logits, largest first, of equal ones the first. */
export function leading(z: Float32Array, count: number): number[] {
  const order = Array.from(z.keys()).sort((a, b) => (z[b] as number) - (z[a] as number) || a - b);
  return order.slice(0, count);
}

function add(values: Float32Array, k: number | undefined, amount: number): void {
  values[k as number] = (values[k as number] as number) + amount;
}
