/** The staging slots of the fake device. proto/wire.md, section 6. */

import { crc32, wire } from "../../host/link/index.js";

interface Slot {
  id: number | null;
  bytes: Uint8Array;
  /** 1 for each byte that has arrived. */
  has: Uint8Array;
  badChunk: boolean;
  baseMissing: boolean;
}

export class FakeStaging {
  #slots: Slot[];

  constructor(
    count: number,
    private readonly inputBytes: number,
    private readonly takesDelta: boolean,
  ) {
    this.#slots = Array.from({ length: count }, () => this.#empty(null));
  }

  clear(): void {
    this.#slots = this.#slots.map(() => this.#empty(null));
  }

  load(chunk: wire.LoadInput): void {
    let slot = this.#slots[chunk.slot];
    if (slot === undefined || (slot.id !== null && ((chunk.inputId - slot.id) | 0) < 0)) return;
    if (slot.id !== chunk.inputId) {
      slot = this.#empty(chunk.inputId);
      this.#slots[chunk.slot] = slot;
    }
    const { offset, totalBytes, raw, delta } = chunk;
    const length = delta ? (delta.length ?? 0) : (raw?.length ?? 0);
    if (totalBytes !== this.inputBytes || length === 0 || offset + length > totalBytes) {
      slot.badChunk = true;
      return;
    }
    const bytes = delta ? this.#unpack(slot, offset, delta as wire.PackedDelta) : raw;
    if (!bytes) return;
    slot.bytes.set(bytes, offset);
    slot.has.fill(1, offset, offset + length);
  }

  /** The input, or why it cannot run. */
  take(slotNumber: number, id: number, crc: number): Uint8Array | Omit<wire.InputIncomplete.$Properties, "sample"> {
    const slot = this.#slots[slotNumber] as Slot;
    const refuse = (reason: wire.IncompleteReason, more: object = {}) => {
      if (slot.id === id) slot.badChunk = slot.baseMissing = false;
      return { slot: slotNumber, inputId: id, reason, ...more };
    };
    if (slot.id !== id) return refuse(wire.IncompleteReason.OTHER_INPUT);
    const missing = this.#missing(slot);
    if (missing.length === 0 && crc32(slot.bytes) === crc) return slot.bytes;
    if (slot.badChunk) return refuse(wire.IncompleteReason.BAD_CHUNK, { missing });
    if (slot.baseMissing) return refuse(wire.IncompleteReason.BASE_MISSING, { missing });
    if (missing.length > 0) return refuse(wire.IncompleteReason.MISSING_BYTES, { missing });
    return refuse(wire.IncompleteReason.CRC_DIFFERS, { actualCrc: crc32(slot.bytes) });
  }

  has(slot: number): boolean {
    return slot < this.#slots.length;
  }

  #empty(id: number | null): Slot {
    const bytes = new Uint8Array(this.inputBytes);
    return { id, bytes, has: new Uint8Array(this.inputBytes), badChunk: false, baseMissing: false };
  }

  #missing(slot: Slot): { begin: number; end: number }[] {
    const gaps: { begin: number; end: number }[] = [];
    for (let at = slot.has.indexOf(0); at >= 0 && gaps.length < 8; ) {
      const next = slot.has.indexOf(1, at);
      const end = next < 0 ? this.inputBytes : next;
      gaps.push({ begin: at, end });
      at = slot.has.indexOf(0, end);
    }
    return gaps;
  }

  #unpack(target: Slot, offset: number, delta: wire.PackedDelta): Uint8Array | null {
    const { bits, length, packed } = delta;
    if (!this.takesDelta || bits < 1 || bits > 8 || packed.length !== Math.ceil((length * bits) / 8)) {
      target.badChunk = true;
      return null;
    }
    const base = this.#slots.find(
      (slot) => slot !== target && slot.id !== null && !slot.has.includes(0) && crc32(slot.bytes) === delta.baseCrc,
    );
    if (base === undefined) {
      target.baseMissing = true;
      return null;
    }
    return Uint8Array.from({ length }, (_, i) => {
      let difference = 0;
      for (let k = 0; k < bits; k++) {
        const bit = i * bits + k;
        difference |= (((packed[bit >> 3] as number) >> (bit & 7)) & 1) << k;
      }
      if (difference >= 1 << (bits - 1)) difference -= 1 << bits;
      return ((base.bytes[offset + i] as number) + difference) & 0xff;
    });
  }
}
