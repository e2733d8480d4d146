/** Flow from host to device: what may be written without overflowing the device. proto/wire.md, section 5. */

/** Room kept for a Sync and the delimiter before it. */
const RESERVED = 32;

const MODULO = 2 ** 32;

/** Whether `a` is newer than `b`, of two 32-bit numbers that wrap. */
export function isNewer(a: number, b: number): boolean {
  const difference = (a - b) >>> 0;
  return difference > 0 && difference < MODULO / 2;
}

/** Counts the bytes of one session, modulo 2^32, from the byte behind Hello's delimiter. */
export class CreditWindow {
  #sent = 0;
  #acknowledged = 0;
  #syncId = 0;
  #syncUnderWay = false;

  /** @param size the device's rx_window */
  constructor(private readonly size: number) {}

  get sent(): number {
    return this.#sent;
  }

  /** Bytes written and not known to be consumed. */
  get unacknowledged(): number {
    return (this.#sent - this.#acknowledged) >>> 0;
  }

  get syncUnderWay(): boolean {
    return this.#syncUnderWay;
  }

  /** Whether `bytes` more may be written. */
  fits(bytes: number): boolean {
    return this.unacknowledged + bytes <= this.size - RESERVED;
  }

  wrote(bytes: number): void {
    this.#sent = (this.#sent + bytes) >>> 0;
  }

  /** The id of the next Sync, which is under way from now on. */
  nextSync(): number {
    this.#syncId = (this.#syncId + 1) >>> 0;
    this.#syncUnderWay = true;
    return this.#syncId;
  }

  /** Takes a Credit. */
  credit(consumed: number, syncId: number): void {
    const known = isNewer(consumed, this.#sent) ? this.#sent : consumed;
    const answersSync = this.#syncUnderWay && syncId === this.#syncId;
    if (!answersSync && !isNewer(known, this.#acknowledged)) return;
    this.#acknowledged = known;
    if (answersSync) this.#syncUnderWay = false;
  }
}
