/**
 * JSMA's choice: the pair of elements whose joint saliency is largest.
 *
 * The saliency of a pair is (rise_p + rise_q) * (fall_p + fall_q), where both sums have to be above 0
 * (Papernot et al. 2016, arXiv:1511.07528, algorithm 3). It grows in all four numbers. Hence an element that
 * two others match in both numbers is not needed, and no pair of p is worth more than with a partner
 * that has the largest rise and the largest fall of all. What these two rules leave is searched pair by pair, so the
 * result is that of all pairs, in time linear in the elements but for the few that are left.
 */

export interface PairScratch {
  /** Numbers of the elements that are left. */
  readonly left: Int32Array;
}

/** @param size elements of a row */
export function pairScratch(size: number): PairScratch {
  return { left: new Int32Array(size) };
}

/**
 * The best pair, or null where no pair has both sums above 0.
 *
 * @param rise by how much each element raises what is wanted
 * @param fall by how much each element lowers what is not
 * @param open 1 for each element that may be chosen
 */
export function bestPair(
  rise: Float32Array,
  fall: Float32Array,
  open: Uint8Array,
  { left }: PairScratch,
): [number, number] | null {
  const count = plausible(rise, fall, open, left);
  const kept = undominated(rise, fall, left.subarray(0, count));
  let best = 0;
  let pair: [number, number] | null = null;
  for (let a = 0; a < kept.length; a++) {
    const p = kept[a] as number;
    for (let b = a + 1; b < kept.length; b++) {
      const q = kept[b] as number;
      const rises = (rise[p] as number) + (rise[q] as number);
      const falls = (fall[p] as number) + (fall[q] as number);
      if (!(rises > 0 && falls > 0 && rises * falls > best)) continue;
      best = rises * falls;
      pair = [p, q];
    }
  }
  return pair;
}

/** Writes the elements that the best pair may contain, by the bound alone; returns how many. */
function plausible(rise: Float32Array, fall: Float32Array, open: Uint8Array, left: Int32Array): number {
  let mostRise = Number.NEGATIVE_INFINITY;
  let mostFall = Number.NEGATIVE_INFINITY;
  let seed = -1;
  let ofSeed = 0;
  for (let i = 0; i < open.length; i++) {
    if (open[i] === 0) continue;
    const [up, down] = [rise[i] as number, fall[i] as number];
    if (up > mostRise) mostRise = up;
    if (down > mostFall) mostFall = down;
    if (up > 0 && down > 0 && up * down > ofSeed) {
      ofSeed = up * down;
      seed = i;
    }
  }
  const reached = seed === -1 ? 0 : bestWith(seed, rise, fall, open);
  let count = 0;
  for (let i = 0; i < open.length; i++) {
    if (open[i] === 0) continue;
    const rises = (rise[i] as number) + mostRise;
    const falls = (fall[i] as number) + mostFall;
    if (rises > 0 && falls > 0 && rises * falls >= reached) left[count++] = i;
  }
  return count;
}

/** The largest saliency of a pair with element `p`. */
function bestWith(p: number, rise: Float32Array, fall: Float32Array, open: Uint8Array): number {
  let best = 0;
  for (let i = 0; i < open.length; i++) {
    if (open[i] === 0 || i === p) continue;
    const rises = (rise[p] as number) + (rise[i] as number);
    const falls = (fall[p] as number) + (fall[i] as number);
    if (rises > 0 && falls > 0 && rises * falls > best) best = rises * falls;
  }
  return best;
}

/** Those that fewer than two others match in both numbers; `some` is sorted in place. */
function undominated(rise: Float32Array, fall: Float32Array, some: Int32Array): number[] {
  some.sort((p, q) => (rise[q] as number) - (rise[p] as number) || (fall[q] as number) - (fall[p] as number) || p - q);
  const kept: number[] = [];
  let most = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (const i of some) {
    const down = fall[i] as number;
    if (down <= second) continue;
    kept.push(i);
    if (down > most) [most, second] = [down, most];
    else second = down;
  }
  return kept;
}

/** The two elements with the largest rise, or null where they do not rise together. */
export function steepestPair(rise: Float32Array, open: Uint8Array): [number, number] | null {
  let first = -1;
  let second = -1;
  for (let i = 0; i < open.length; i++) {
    if (open[i] === 0) continue;
    if (first === -1 || (rise[i] as number) > (rise[first] as number)) [first, second] = [i, first];
    else if (second === -1 || (rise[i] as number) > (rise[second] as number)) second = i;
  }
  if (second === -1 || !((rise[first] as number) + (rise[second] as number) > 0)) return null;
  return [first, second];
}
