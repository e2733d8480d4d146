/** Frames: COBS(header | body | CRC-32) 00. proto/wire.md, section 1. */

import { cobsDecode, cobsEncode, cobsMaxEncoded } from "./cobs.js";
import { crc32 } from "./crc.js";

export const FRAME_VERSION = 1;

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
const OVERHEAD = HEADER_BYTES + CRC_BYTES;

/** The two kinds whose frame is the same in every version. */
const HELLO = 1;
const HELLO_REPLY = 129;

export interface FrameHeader {
  readonly kind: number;
  readonly session: number;
  readonly seq: number;
}

export interface Frame extends FrameHeader {
  readonly ok: true;
  readonly version: number;
  readonly flags: number;
  /** A view of memory that nobody else changes. */
  readonly body: Uint8Array;
  readonly crc: number;
  /** Bytes on the wire, delimiter included. */
  readonly wireBytes: number;
  /** Where in the bytes of the push that ended it the next frame begins. */
  readonly end: number;
}

/** In the order of the checks; the first that fails names the frame's reason. */
export const BAD_FRAME_REASONS = ["too_long", "bad_cobs", "bad_length", "bad_crc", "bad_version", "bad_kind"] as const;
export type BadFrameReason = (typeof BAD_FRAME_REASONS)[number];

/** Damage is a value, not an exception. */
export interface BadFrame {
  readonly ok: false;
  readonly reason: BadFrameReason;
  /** The encoded bytes, at most max_frame of them. */
  readonly bytes: Uint8Array;
  /** As in Frame. */
  readonly end: number;
}

/**
 * Encodes one frame.
 *
 * @returns the bytes to write, delimiter included
 */
export function encodeFrame(header: FrameHeader, body: Uint8Array): Uint8Array {
  const packet = Buffer.allocUnsafe(OVERHEAD + body.length);
  packet[0] = FRAME_VERSION;
  packet[1] = header.kind;
  packet[2] = header.session;
  packet[3] = 0;
  packet.writeUInt16LE(header.seq, 4);
  packet.set(body, HEADER_BYTES);
  const end = HEADER_BYTES + body.length;
  packet.writeUInt32LE(crc32(packet.subarray(0, end)), end);
  const wire = new Uint8Array(cobsMaxEncoded(packet.length) + 1);
  const delimiter = cobsEncode(packet, wire);
  return wire.subarray(0, delimiter + 1);
}

/** Body bytes that fit a frame of `maxFrame` encoded bytes, whatever they are. */
export function maxBody(maxFrame: number): number {
  // n raw bytes take n + ceil(n / 254) encoded ones at most.
  return maxFrame - Math.ceil(maxFrame / 255) - OVERHEAD;
}

/** Incremental decoder: any damage costs no more than the frames it touched. */
export class FrameDecoder {
  /** The encoded bytes of an unfinished frame that came in an earlier push; grows up to maxFrame. */
  #partial = new Uint8Array(256);
  #length = 0;
  #tooLong = false;

  /**
   * @param maxFrame the largest frame taken: encoded bytes without the delimiter
   * @param takesKind which kinds are sent towards this end
   */
  constructor(
    readonly maxFrame: number,
    private readonly takesKind: (kind: number) => boolean,
  ) {}

  /** Takes bytes as they come, and returns the frames, good and bad, that ended in them. */
  push(bytes: Uint8Array): (Frame | BadFrame)[] {
    const frames: (Frame | BadFrame)[] = [];
    let at = 0;
    while (at < bytes.length) {
      const zero = bytes.indexOf(0, at);
      const end = zero < 0 ? bytes.length : zero;
      const piece = bytes.subarray(at, end);
      at = end + 1;
      if (zero < 0) {
        this.#keep(piece);
      } else if (this.#length === 0) {
        if (piece.length > 0) frames.push(this.#finish(piece, piece.length > this.maxFrame, at));
      } else {
        this.#keep(piece);
        frames.push(this.#finish(this.#partial.subarray(0, this.#length), this.#tooLong, at));
        this.#length = 0;
        this.#tooLong = false;
      }
    }
    return frames;
  }

  #keep(piece: Uint8Array): void {
    const room = this.maxFrame - this.#length;
    if (piece.length > room) this.#tooLong = true;
    const kept = piece.subarray(0, room);
    const needed = this.#length + kept.length;
    if (needed > this.#partial.length) {
      const grown = new Uint8Array(Math.min(this.maxFrame, Math.max(needed, 2 * this.#partial.length)));
      grown.set(this.#partial.subarray(0, this.#length));
      this.#partial = grown;
    }
    this.#partial.set(kept, this.#length);
    this.#length = needed;
  }

  #finish(encoded: Uint8Array, tooLong: boolean, next: number): Frame | BadFrame {
    const bad = (reason: BadFrameReason): BadFrame => {
      return { ok: false, reason, bytes: encoded.slice(0, this.maxFrame), end: next };
    };
    if (tooLong) return bad("too_long");
    const packet = cobsDecode(encoded);
    if (packet === null) return bad("bad_cobs");
    if (packet.length < OVERHEAD) return bad("bad_length");
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    const end = packet.length - CRC_BYTES;
    const crc = view.getUint32(end, true);
    if (crc32(packet.subarray(0, end)) !== crc) return bad("bad_crc");
    const version = view.getUint8(0);
    const kind = view.getUint8(1);
    if (version !== FRAME_VERSION && kind !== HELLO && kind !== HELLO_REPLY) return bad("bad_version");
    if (!this.takesKind(kind)) return bad("bad_kind");
    return {
      ok: true,
      version,
      kind,
      session: view.getUint8(2),
      flags: view.getUint8(3),
      seq: view.getUint16(4, true),
      body: packet.subarray(HEADER_BYTES, end),
      crc,
      wireBytes: encoded.length + 1,
      end: next,
    };
  }
}
