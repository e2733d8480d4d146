/** Requests of one session that are not answered yet. proto/wire.md, section 4. */

import type { Received } from "../link/index.js";
import { Wait } from "./wait.js";

export class Pending {
  reply: Received | null = null;
  /** From its turn at the device to its reply, in milliseconds; 0 before that. */
  servedMs = 0;
  /** When its wait ends, in milliseconds of performance.now(); in the past where it does not wait. */
  until = 0;
  #wait: Wait<Received> | null = null;
  #waitMs = 0;
  #sentAt = 0;
  #busyUntil = Number.POSITIVE_INFINITY;

  constructor(
    readonly seq: number,
    /** Of its kind. */
    readonly name: string,
  ) {}

  /**
   * Waits for the reply from now on, when its last byte is written.
   *
   * @param busyMs how long Busy may put off the end of all its waits
   */
  start(waitMs: number, busyMs: number): void {
    this.#sentAt = performance.now();
    this.#busyUntil = Math.min(this.#busyUntil, this.#sentAt + busyMs);
    this.#waitMs = waitMs;
    this.until = this.#sentAt + waitMs;
    this.#wait = new Wait(waitMs);
  }

  /** The reply, or null where the wait is over without one. */
  async result(): Promise<Received | null> {
    await this.#wait?.result;
    return this.reply;
  }

  /** @param since when the device was free to serve it, at the latest */
  answer(reply: Received, since: number): void {
    this.reply = reply;
    this.servedMs = performance.now() - Math.max(this.#sentAt, since);
    this.#wait?.settle(reply);
  }

  /** The device is at it, or only now comes to it. */
  restart(): void {
    const now = performance.now();
    if (this.#wait === null || this.until <= now) return;
    this.until = now + this.#waitMs;
    this.#wait.restart(this.#waitMs);
  }

  busy(): void {
    if (performance.now() < this.#busyUntil) this.restart();
  }

  fail(error: unknown): void {
    this.#wait?.fail(error);
  }
}

export class Outstanding {
  #newest = 0;
  /** In the order of their seqs. */
  readonly #bySeq = new Map<number, Pending>();
  #wake: (() => void)[] = [];
  /** When the last reply came. */
  #answeredAt = 0;

  /** @param window the device's reply_window */
  constructor(private readonly window: number) {}

  /** The one that the device serves first. */
  get oldest(): Pending | undefined {
    return this.#bySeq.values().next().value;
  }

  /** Milliseconds until all waits are over. */
  waitLeft(): number {
    const until = [...this.#bySeq.values()].map((pending) => pending.until);
    return Math.max(0, ...until.map((end) => end - performance.now()));
  }

  /**
   * Begins a request once the reply window has room for its seq.
   *
   * @param check throws where nothing more may be asked
   */
  async begin(name: string, check: () => void): Promise<Pending> {
    check();
    while (!this.#hasRoom()) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      check();
    }
    this.#newest = next(this.#newest);
    const pending = new Pending(this.#newest, name);
    this.#bySeq.set(pending.seq, pending);
    return pending;
  }

  end({ seq }: Pending): void {
    this.#bySeq.delete(seq);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** @returns whether it answers a request */
  answer(message: Received): boolean {
    const pending = this.#bySeq.get(message.seq);
    if (pending === undefined || pending.reply !== null) return false;
    pending.answer(message, this.#answeredAt);
    this.#answeredAt = performance.now();
    // The device comes to the others only now.
    for (const other of this.#bySeq.values()) if (other.reply === null) other.restart();
    return true;
  }

  busy(seq: number): void {
    this.#bySeq.get(seq)?.busy();
  }

  /** Ends all waits with an error. */
  fail(error: unknown): void {
    for (const pending of this.#bySeq.values()) pending.fail(error);
    for (const wake of this.#wake.splice(0)) wake();
  }

  #hasRoom(): boolean {
    const oldest = this.oldest;
    return oldest === undefined || ((next(this.#newest) - oldest.seq) & 0xffff) < this.window;
  }
}

/** 0 is no request's. */
function next(seq: number): number {
  return (seq % 0xffff) + 1;
}
