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
  #isWanted = true;

  /** @param rxWindow as in HelloReply */
  constructor(
    private readonly link: Link,
    private readonly session: number,
    rxWindow: number,
    private readonly timing: Timing,
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

  /** Ends the wait for room, if there is one: nobody wants to write any more. */
  stopWaiting(): void {
    this.#isWanted = false;
    this.#wait?.settle(true);
  }

  /**
   * Waits until `bytes` may be written, or for stopWaiting().
   *
   * @throws McuEvalError LINK_TIMEOUT when the device takes nothing and answers no Sync
   */
  async roomFor(bytes: number): Promise<void> {
    this.#isWanted = true;
    while (this.#isWanted && !this.#window.fits(bytes)) {
      const before = this.#window.unacknowledged;
      await this.#nextCredit(this.#patience);
      if (this.#isWanted && this.#window.unacknowledged === before) await this.#sync();
    }
  }

  async #nextCredit(milliseconds: number): Promise<void> {
    this.#wait = new Wait(milliseconds);
    await this.#wait.result.finally(() => {
      this.#wait = null;
    });
  }

  /** Declares all sent so far consumed or lost. */
  async #sync(): Promise<void> {
    for (let k = 0; k <= this.timing.repetitions; k++) {
      const id = this.#window.nextSync();
      this.resync();
      this.write(this.#encodeSync(id));
      const until = performance.now() + this.#patience * 2 ** k;
      while (this.#isWanted && this.#window.syncUnderWay && performance.now() < until) {
        await this.#nextCredit(until - performance.now());
      }
      if (!this.#isWanted || !this.#window.syncUnderWay) return;
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
