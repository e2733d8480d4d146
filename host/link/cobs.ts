/**
 * Consistent overhead byte stuffing (Cheshire and Baker 1999): removes zero bytes, so that a zero
 * can delimit frames. Neither function reads or writes the delimiter itself.
 */

/** Data bytes of a full group, which stands for no zero. */
const FULL = 254;

/** Encoded bytes of `size` raw bytes in the worst case. */
export function cobsMaxEncoded(size: number): number {
  return size === 0 ? 1 : size + Math.ceil(size / FULL);
}

/**
 * Encodes `raw` into `out` from `at` on; `out` must have cobsMaxEncoded(raw.length) bytes there.
 *
 * @returns the end of what was written; a full last group gets no empty group behind it
 */
export function cobsEncode(raw: Uint8Array, out: Uint8Array, at = 0): number {
  let codeAt = at;
  let end = at + 1;
  for (let i = 0; i < raw.length; i++) {
    // The next group is begun only when a byte for it is there.
    if (end - codeAt > FULL) {
      out[codeAt] = FULL + 1;
      codeAt = end++;
    }
    const byte = raw[i] as number;
    if (byte === 0) {
      out[codeAt] = end - codeAt;
      codeAt = end++;
    } else {
      out[end++] = byte;
    }
  }
  out[codeAt] = end - codeAt;
  return end;
}

/**
 * Decodes one packet without zeros.
 *
 * @returns the raw bytes, or null where a group reaches beyond the end (bad_cobs)
 */
export function cobsDecode(encoded: Uint8Array): Uint8Array | null {
  const raw = new Uint8Array(encoded.length);
  let end = 0;
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at] as number;
    const next = at + code;
    if (code === 0 || next > encoded.length) return null;
    raw.set(encoded.subarray(at + 1, next), end);
    end += code - 1;
    if (code <= FULL && next < encoded.length) raw[end++] = 0;
    at = next;
  }
  return at === 0 ? null : raw.subarray(0, end);
}
