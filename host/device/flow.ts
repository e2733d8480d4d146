/** Writing within the device's window, and mending the window. proto/wire.md, section 5. */

import { McuEvalError } from "../core/index.js";
import { Kind, type Link, type wire } from "../link/index.js";
import { type Timing, transfer } from "./timing.js";
import { Wait } from "./wait.js";
import { CreditWindow } from "./window.js";

/** Of one session; made when its HelloReply is there. */
export class Flow {
  readonly #window: CreditWindow;
  readonly #patience: number;
  /** Waiting for the next Credit. */
  #wait: Wait<true> | null = null;

  /**
   * @param rxWindow as in HelloReply
   * @param serving milliseconds left to the device for what it serves, in which it may take no bytes
   */
  constructor(
    private readonly link: Link,
    private readonly session: number,
    rxWindow: number,
    private readonly timing: Timing,
    private readonly serving: () => number = () => 0,
  ) {
    this.#window = new CreditWindow(rxWindow);
    this.#patience = timing.credit + transfer(rxWindow, link.port.baud);
  }

  write(frame: Uint8Array): void {
    this.link.write(frame);
    this.#window.wrote(frame.length);
  }

  /** A lone delimiter. */
  resync(): void {
    this.link.resync();
    this.#window.wrote(1);
  }

  credit({ consumed, syncId }: wire.Credit): void {
    this.#window.credit(consumed, syncId);
    this.#wait?.settle(true);
  }

  /** Ends the wait for room, if there is one, with an error. */
  fail(error: unknown): void {
    this.#wait?.fail(error);
  }

  /** A reply came: who waits for room looks whether it is still wanted, or waits anew. */
  look(): void {
    this.#wait?.settle(true);
  }

  /**
   * Waits until `bytes` may be written, or are no longer wanted; one caller at a time.
   *
   * @throws McuEvalError LINK_TIMEOUT when the device takes nothing and answers no Sync
   */
  async roomFor(bytes: number, isWanted: () => boolean = () => true): Promise<void> {
    while (isWanted() && !this.#window.fits(bytes)) {
      const heard = await this.#nextCredit(this.#patience + this.serving());
      if (!heard && isWanted()) await this.#sync(isWanted);
    }
  }

  /** @returns whether one came, or look() was called, before the time was over */
  async #nextCredit(milliseconds: number): Promise<boolean> {
    this.#wait = new Wait(milliseconds);
    const heard = await this.#wait.result.finally(() => {
      this.#wait = null;
    });
    return heard !== null;
  }

  /** Declares all sent so far consumed or lost. */
  async #sync(isWanted: () => boolean): Promise<void> {
    for (let k = 0; k <= this.timing.repetitions; k++) {
      const id = this.#window.nextSync();
      this.resync();
      this.write(this.#encodeSync(id));
      const until = performance.now() + this.#patience * 2 ** k;
      while (isWanted() && this.#window.syncUnderWay && performance.now() < until) {
        await this.#nextCredit(until - performance.now());
      }
      if (!isWanted() || !this.#window.syncUnderWay) return;
    }
    throw new McuEvalError(
      "LINK_TIMEOUT",
      `${this.link.port.description} took no more bytes, and did not answer Sync`,
      {
        hint: "Check the cable and the speed of the port, then reset the board.",
      },
    );
  }

  /** A Sync counts itself, and its length depends on that count. */
  #encodeSync(id: number): Uint8Array {
    let length = 0;
    for (;;) {
      const sent = (this.#window.sent + length) >>> 0;
      const frame = this.link.encode(Kind.SYNC, this.session, 0, { sent, id });
      if (frame.length === length) return frame;
      length = frame.length;
    }
  }
}
