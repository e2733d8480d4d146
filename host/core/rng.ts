/**
 * Seeded random streams that depend on what they are for, never on when they are drawn.
 *
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3).
 * The key and the upper half of the counter come from SHA-256 of the stream's name, so that
 * (seed, attack, sample, restart) opens the same stream however a batch was cut.
 */

import { createHash } from "node:crypto";

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

export interface Rng {
  /** Uniform over 0 … 2^32 - 1. */
  uint32(): number;
  /** Uniform over [low, high), 32 random bits. */
  uniform(low?: number, high?: number): number;
  /** Uniform over the integers 0 … n - 1, without modulo bias. */
  int(n: number): number;
  /** Standard normal (Box-Muller, both values used). */
  normal(): number;
  /** Shuffles in place (Fisher-Yates). */
  shuffle<T extends { [index: number]: unknown; length: number }>(values: T): T;
}

/** High 32 bits of the product of two unsigned 32-bit integers, from four 16-bit products; as int32. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const upperMiddle = Math.imul(aHigh, bLow);
  const lowerMiddle = Math.imul(aLow, bHigh);
  const carry = (Math.imul(aLow, bLow) >>> 16) + (upperMiddle & 0xffff) + (lowerMiddle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (upperMiddle >>> 16) + (lowerMiddle >>> 16) + (carry >>> 16)) | 0;
}

/** One Philox4x32-10 block: four words of output for a counter and a key. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  // As int32 until the end: V8 keeps those in registers, where unsigned ones become doubles.
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(M0, c0);
    const high1 = mulHigh(M1, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/**
 * Opens the stream of a seed and a name, e.g. `openStream(seed, "pgd", sample, restart)`.
 * Two calls with equal arguments give equal draws.
 */
export function openStream(seed: number, ...name: readonly (string | number)[]): Rng {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...name]))
    .digest();
  const key = [digest.readUInt32LE(0), digest.readUInt32LE(4)] as const;
  const [upper0, upper1] = [digest.readUInt32LE(8), digest.readUInt32LE(12)];
  let block = 0;
  let words: readonly number[] = [];
  let next = 4;
  let spare: number | null = null;

  const uint32 = (): number => {
    if (next === 4) {
      words = philox4x32([block >>> 0, Math.floor(block / 2 ** 32), upper0, upper1], key);
      block++;
      next = 0;
    }
    return words[next++] as number;
  };
  const uniform = (low = 0, high = 1): number => low + (high - low) * (uint32() / 2 ** 32);
  const int = (n: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = uint32();
    while (draw >= limit) draw = uint32();
    return draw % n;
  };
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((uint32() + 0.5) / 2 ** 32));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    uint32,
    uniform,
    int,
    normal,
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [values[i], values[j]] = [values[j], values[i]] as [never, never];
      }
      return values;
    },
  };
}
