import { describe, expect, it } from "vitest";
import { bestPair, pairScratch, steepestPair } from "../../../../host/attacks/parts/saliency-pair.js";
import { openStream, type Rng } from "../../../../host/core/index.js";

type Pair = readonly [number, number] | null;

function saliency(rise: Float32Array, fall: Float32Array, pair: Pair): number {
  if (pair === null) return 0;
  const rises = (rise[pair[0]] as number) + (rise[pair[1]] as number);
  const falls = (fall[pair[0]] as number) + (fall[pair[1]] as number);
  return rises > 0 && falls > 0 ? rises * falls : 0;
}

/** Algorithm 3 of the paper as it is written: every pair. */
function everyPair(rise: Float32Array, fall: Float32Array, open: Uint8Array): number {
  let best = 0;
  for (let p = 0; p < open.length; p++) {
    for (let q = p + 1; q < open.length; q++) {
      if (open[p] === 1 && open[q] === 1) best = Math.max(best, saliency(rise, fall, [p, q]));
    }
  }
  return best;
}

/** How the two numbers of an element go together. */
const FALLS: Record<string, (rise: number, rng: Rng) => number> = {
  "independent of the rise": (_, rng) => rng.normal(),
  "nearly the rise": (rise, rng) => rise + 0.1 * rng.normal(),
  "nearly its opposite": (rise, rng) => -rise + 0.1 * rng.normal(),
  "exactly its opposite": (rise) => -rise,
  "of few values": (_, rng) => rng.int(3) - 1,
};

describe.each(Object.keys(FALLS))("the fall is %s", (name) => {
  it.each([2, 3, 10, 200])("the best of all pairs of %i elements", (size) => {
    const rng = openStream(1, "pairs", name, size);
    for (let trial = 0; trial < 40; trial++) {
      const coarse = trial % 2 === 0 ? 1 : 4;
      const rise = Float32Array.from({ length: size }, () => Math.round(coarse * 8 * rng.normal()) / (coarse * 8));
      const fall = rise.map((value) => FALLS[name]?.(value, rng) as number);
      const open = Uint8Array.from({ length: size }, () => Number(rng.uniform() < 0.8));
      const pair = bestPair(rise, fall, open, pairScratch(size));
      expect(saliency(rise, fall, pair)).toBe(everyPair(rise, fall, open));
      if (pair === null) continue;
      expect(pair[0]).not.toBe(pair[1]);
      expect([open[pair[0]], open[pair[1]]]).toEqual([1, 1]);
    }
  });
});

it("an element alone good in one number may be half of the best pair", () => {
  const rise = Float32Array.of(10, -1, 2);
  const fall = Float32Array.of(-1, 10, 2);
  expect(new Set(bestPair(rise, fall, Uint8Array.of(1, 1, 1), pairScratch(3)))).toEqual(new Set([0, 1]));
});

it("there is no pair where nothing rises, or only one element is open", () => {
  const [up, down] = [Float32Array.of(1, 2, 3), Float32Array.of(-1, -2, -3)];
  const all = Uint8Array.of(1, 1, 1);
  expect(bestPair(down, up, all, pairScratch(3))).toBeNull();
  expect(bestPair(up, down, all, pairScratch(3))).toBeNull();
  expect(bestPair(up, up, Uint8Array.of(0, 1, 0), pairScratch(3))).toBeNull();
});

describe("the steepest pair", () => {
  it("has the two largest rises among the open elements", () => {
    expect(steepestPair(Float32Array.of(1, 5, -2, 4, 3), Uint8Array.of(1, 1, 1, 0, 1))).toEqual([1, 4]);
  });

  it("does not exist where they do not rise together", () => {
    expect(steepestPair(Float32Array.of(1, -2, -3), Uint8Array.of(1, 1, 1))).toBeNull();
    expect(steepestPair(new Float32Array(3), Uint8Array.of(1, 1, 1))).toBeNull();
    expect(steepestPair(Float32Array.of(1, 2), Uint8Array.of(0, 1))).toBeNull();
  });
});
