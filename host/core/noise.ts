/**
 * Much noise at little cost, for attacks that draw thousands of random directions a sample.
 *
 * The generator is xoshiro128++ (Blackman and Vigna 2021, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47(4)), seeded from a keyed stream. Its normal values take 4,096 equally likely
 * levels: ample for directions of many elements, too coarse for statistics of a tail.
 */

import type { Rng } from "./rng.js";

const LEVEL_BITS = 12;
const LEVELS = 1 << LEVEL_BITS;

export interface Noise {
  /** Uniform over 0 … 2^32 - 1. */
  uint32(): number;
  /** Overwrites `out` with standard normal values; returns the sum of their squares. */
  normals(out: Float32Array): number;
  /** Overwrites `out` with values uniform over [-1, 1); returns the sum of their squares. */
  uniforms(out: Float32Array): number;
}

/** Opens the noise of a stream, which gives four words as its seed. Equal streams give equal noise. */
export function openNoise(rng: Rng): Noise {
  return noiseOf(rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32());
}

/** The noise of a state of four words, as the generator's authors seed it. */
export function noiseOf(a: number, b: number, c: number, d: number): Noise {
  // All zeros is the one state that never moves.
  const state = Int32Array.of(a, b, c, (a | b | c | d) === 0 ? 1 : d);
  const words = new Int32Array(1);
  return {
    uint32() {
      advance(state, words, 1);
      return (words[0] as number) >>> 0;
    },
    normals: (out) => fillNormals(state, out),
    uniforms: (out) => fillUniforms(state, out),
  };
}

function advance(state: Int32Array, out: Int32Array, count: number): void {
  let [s0, s1, s2, s3] = state as unknown as [number, number, number, number];
  for (let i = 0; i < count; i++) {
    const sum = (s0 + s3) | 0;
    out[i] = (((sum << 7) | (sum >>> 25)) + s0) | 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
}

/** Words drawn at a time: few enough to stay in the innermost cache. */
const CHUNK = 1024;
const WORDS = new Int32Array(CHUNK);

/** Two values a word, of its two upper runs of 12 bits. */
function fillNormals(state: Int32Array, out: Float32Array): number {
  levels ??= normalLevels();
  const table = levels;
  let even = 0;
  let odd = 0;
  for (let from = 0; from < out.length; from += 2 * CHUNK) {
    const pairs = Math.min(CHUNK, (out.length - from) >>> 1);
    const isOdd = pairs < CHUNK && (out.length - from) % 2 === 1;
    advance(state, WORDS, pairs + (isOdd ? 1 : 0));
    for (let i = 0; i < pairs; i++) {
      const word = WORDS[i] as number;
      const first = table[word >>> (32 - LEVEL_BITS)] as number;
      const second = table[(word >>> (32 - 2 * LEVEL_BITS)) & (LEVELS - 1)] as number;
      out[from + 2 * i] = first;
      out[from + 2 * i + 1] = second;
      even += first * first;
      odd += second * second;
    }
    if (isOdd) {
      const last = table[(WORDS[pairs] as number) >>> (32 - LEVEL_BITS)] as number;
      out[out.length - 1] = last;
      even += last * last;
    }
  }
  return even + odd;
}

function fillUniforms(state: Int32Array, out: Float32Array): number {
  // Two sums, so that an addition need not wait for the one before it.
  let even = 0;
  let odd = 0;
  for (let from = 0; from < out.length; from += CHUNK) {
    const count = Math.min(CHUNK, out.length - from);
    advance(state, WORDS, count);
    const inPairs = count & ~1;
    for (let i = 0; i < inPairs; i += 2) {
      const first = Math.fround((WORDS[i] as number) * 2 ** -31);
      const second = Math.fround((WORDS[i + 1] as number) * 2 ** -31);
      out[from + i] = first;
      out[from + i + 1] = second;
      even += first * first;
      odd += second * second;
    }
    if (inPairs < count) {
      const last = Math.fround((WORDS[inPairs] as number) * 2 ** -31);
      out[from + inPairs] = last;
      even += last * last;
    }
  }
  return even + odd;
}

let levels: Float32Array | undefined;

/** The medians of equally likely parts of the standard normal distribution, scaled to a variance of 1. */
function normalLevels(): Float32Array {
  const middle = LEVELS / 2;
  const found = new Float64Array(LEVELS);
  const step = 2 ** -12;
  const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  // Simpson's rule.
  const massFrom = (z: number): number => (step / 6) * (density(z) + 4 * density(z + step / 2) + density(z + step));
  let z = 0;
  let below = 0; // the mass from 0 to z
  let ahead = massFrom(z);
  for (let level = 0; level < middle; level++) {
    const wanted = (level + 0.5) / LEVELS;
    while (below + ahead < wanted) {
      below += ahead;
      z += step;
      ahead = massFrom(z);
    }
    found[middle + level] = z + (step * (wanted - below)) / ahead;
    found[middle - 1 - level] = -(found[middle + level] as number);
  }
  const variance = found.reduce((sum, value) => sum + value * value, 0) / LEVELS;
  return Float32Array.from(found, (value) => value / Math.sqrt(variance));
}
