/**
 * One session with one device: Hello, requests and their replies, credit. proto/wire.md, sections 3 to 5.
 *
 * One request at a time: the caller awaits each before the next.
 */

import { randomBytes } from "node:crypto";
import { McuEvalError } from "../core/index.js";
import {
  type FieldsOf,
  FRAME_VERSION,
  type FrameHeader,
  Kind,
  Link,
  type LinkCounters,
  noCounters,
  type Port,
  type Received,
  wire,
} from "../link/index.js";
import { deviceError, deviceLost, deviceReset, otherProtocol } from "./failure.js";
import { describeHello, type Hello, nameOf } from "./hello.js";
import { BUSY_MOST, helloWait, invokeWait, repeatedWait, type Timing, transfer } from "./timing.js";
import { Wait } from "./wait.js";
import { CreditWindow } from "./window.js";

/** The largest frame this host takes. */
const MAX_FRAME = 65_536;

export type RequestKind =
  | wire.Kind.INFER
  | wire.Kind.READ_OUTPUT
  | wire.Kind.CONFIGURE
  | wire.Kind.PROFILE
  | wire.Kind.STATS
  | wire.Kind.RESET;

export interface SessionOptions {
  /** For the device's log. */
  readonly host: string;
  readonly timing: Timing;
  readonly log?: (level: string, text: string) => void;
}

/** The request under way. */
interface Pending {
  readonly seq: number;
  /** Null until its last byte is written. */
  wait: Wait<Received> | null;
  waitMs: number;
  reply: Received | null;
  busyUntil: number;
}

export class Session {
  readonly link: Link;
  /** Of the open session. */
  hello!: Hello;
  #session = 0;
  #seq = 0;
  #window = new CreditWindow(0);
  #helloUnderWay: { readonly nonce: number; readonly wait: Wait<wire.HelloReply> } | null = null;
  /** A Hello was answered with Busy. */
  #busyHello = false;
  #pending: Pending | null = null;
  #room: Wait<true> | null = null;
  #slowestInvoke: number | null = null;
  /** When the request under way was written last. */
  #lastSent = 0;
  #failure: McuEvalError | null = null;
  /** What the host is at, for messages. */
  #doing = "before it had answered";
  /** As they stood when the last StatsReply came, that reply included. */
  countersAtStats: LinkCounters = noCounters();

  constructor(
    port: Port,
    private readonly options: SessionOptions,
  ) {
    this.link = new Link(port, "host", MAX_FRAME);
    this.link.listen({
      takes: (header) => this.#takes(header),
      message: (message) => this.#receive(message),
      end: (end) => this.fail(deviceLost(port.description, this.#doing, end)),
    });
  }

  get what(): string {
    return this.link.port.description;
  }

  /** Ends all waits, now and later, with an error; the first one stays. */
  fail(error: McuEvalError): void {
    this.#failure ??= error;
    for (const wait of [this.#helloUnderWay?.wait, this.#pending?.wait, this.#room]) wait?.fail(this.#failure);
  }

  /**
   * Opens a session: Hello until it is answered.
   *
   * @throws McuEvalError LINK_TIMEOUT, LINK_VERSION, DEVICE_LOST
   */
  async open(): Promise<Hello> {
    const { timing } = this.options;
    const opened = performance.now();
    let deadline = opened + timing.open;
    this.#busyHello = false;
    for (let k = 0; performance.now() < deadline; k++) {
      this.#check();
      const nonce = randomBytes(4).readUInt32LE();
      this.#session = (this.#session % 255) + 1;
      const fields = { protocol: FRAME_VERSION, nonce, maxFrame: MAX_FRAME, host: this.options.host };
      const frame = this.link.encode(Kind.HELLO, this.#session, 0, fields);
      const baud = this.link.port.baud;
      const wait = new Wait<wire.HelloReply>(
        Math.min(helloWait(timing, k) + transfer(MAX_FRAME, baud), deadline - performance.now()),
      );
      this.#helloUnderWay = { nonce, wait };
      this.link.resync();
      this.link.write(frame);
      const reply = await wait.result.finally(() => {
        this.#helloUnderWay = null;
      });
      if (reply === null) {
        // A board in a long Invoke says so, and gets the time of one.
        if (this.#busyHello) deadline = opened + timing.open + timing.invoke;
        continue;
      }
      if (reply.protocol !== FRAME_VERSION) throw otherProtocol(this.what, reply.protocol, FRAME_VERSION);
      this.hello = describeHello(reply);
      this.#window = new CreditWindow(this.hello.rxWindow);
      this.#seq = 0;
      this.#slowestInvoke = null;
      return this.hello;
    }
    throw new McuEvalError("LINK_TIMEOUT", `${this.what} did not answer Hello within ${timing.open / 1_000} s`, {
      hint: "Check that the board runs this project's firmware, and that no other program holds its port.",
    });
  }

  /** Writes a frame that is no request once the device has room for it. */
  async write(frame: Uint8Array): Promise<void> {
    this.#check();
    await this.#explained(this.#roomFor(frame.length));
    this.#write(frame);
  }

  /** Encodes a LoadInput of the open session. */
  encodeLoad(fields: FieldsOf<wire.Kind.LOAD_INPUT>): Uint8Array {
    return this.link.encode(Kind.LOAD_INPUT, this.#session, 0, fields);
  }

  /**
   * Sends a request, and again where no reply comes.
   *
   * @returns the reply, of a kind that answers it
   * @throws McuEvalError DEVICE_ERROR, DEVICE_FAULT, DEVICE_LOST, LINK_TIMEOUT
   */
  async request<K extends RequestKind>(kind: K, fields: FieldsOf<K>): Promise<Received> {
    this.#check();
    const { timing } = this.options;
    const name = nameOf(Kind, kind);
    this.#seq = (this.#seq % 0xffff) + 1;
    const frame = this.link.encode(kind, this.#session, this.#seq, fields);
    const runs = kind === Kind.INFER || kind === Kind.PROFILE;
    const first =
      (runs ? invokeWait(timing, this.#slowestInvoke) : timing.reply) +
      transfer(frame.length + MAX_FRAME, this.link.port.baud);
    this.#doing = `while it served ${name}`;
    this.#pending = { seq: this.#seq, wait: null, waitMs: 0, reply: null, busyUntil: Number.POSITIVE_INFINITY };
    const reply = await this.#explained(this.#exchange(frame, this.#pending, first)).finally(() => {
      this.#pending = null;
      this.#doing = "while it was idle";
    });
    if (reply === null) {
      throw new McuEvalError(
        "LINK_TIMEOUT",
        `${this.what} did not answer ${name}, sent ${timing.repetitions + 1} times`,
        {
          hint: "Check the cable and the speed of the port; a slow board may need more time for one inference.",
        },
      );
    }
    if (reply.kind === Kind.ERROR) throw deviceError(this.what, name, reply.body);
    if (runs) this.#slowestInvoke = Math.max(this.#slowestInvoke ?? 0, performance.now() - this.#lastSent);
    return reply;
  }

  /** Null where all repetitions stay without a reply. */
  async #exchange(frame: Uint8Array, pending: Pending, first: number): Promise<Received | null> {
    const { timing } = this.options;
    for (let k = 0; k <= timing.repetitions; k++) {
      await this.#roomFor(frame.length + 1);
      // A late reply may have come while there was no room.
      if (pending.reply !== null) break;
      if (k > 0) this.#resync();
      this.#write(frame);
      this.#lastSent = performance.now();
      pending.waitMs = repeatedWait(timing, first, k);
      pending.busyUntil = Math.min(pending.busyUntil, performance.now() + BUSY_MOST * timing.invoke);
      pending.wait = new Wait(pending.waitMs);
      if ((await pending.wait.result) !== null) break;
    }
    return pending.reply;
  }

  /** Turns the sign that the device has booted anew into the reason, which only a Hello tells. */
  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error !== REBOOTED) throw error;
      const reason = deviceReset(this.what, await this.open());
      this.fail(reason);
      throw reason;
    }
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #takes(header: FrameHeader): boolean {
    return header.kind === Kind.HELLO_REPLY || header.kind === Kind.LOG || header.session === this.#session;
  }

  #receive(message: Received): void {
    const { body } = message;
    switch (message.kind) {
      case Kind.HELLO_REPLY:
        // Another nonce: the answer to an attempt that was given up.
        if (this.#helloUnderWay?.nonce === message.body.nonce) this.#helloUnderWay.wait.settle(message.body);
        return;
      case Kind.CREDIT:
        this.#window.credit(message.body.consumed, message.body.syncId);
        this.#room?.settle(true);
        return;
      case Kind.BUSY:
        this.#busy(message.seq);
        return;
      case Kind.LOG:
        this.options.log?.(nameOf(wire.LogLevel, message.body.level), message.body.text);
        return;
      case Kind.ERROR:
        if (body instanceof wire.Error && body.code === wire.ErrorCode.NO_SESSION) {
          this.#rebooted(body.bootNonce);
          return;
        }
        break;
      default:
        break;
    }
    const pending = this.#pending;
    if (pending === null || message.seq !== pending.seq || pending.reply !== null) return;
    pending.reply = message;
    if (message.kind === Kind.STATS_REPLY) this.countersAtStats = { ...this.link.counters };
    pending.wait?.settle(message);
    this.#room?.settle(true);
  }

  #busy(seq: number): void {
    if (this.#helloUnderWay !== null && seq === 0) this.#busyHello = true;
    const pending = this.#pending;
    if (pending?.wait && seq === pending.seq && performance.now() < pending.busyUntil) {
      pending.wait.restart(pending.waitMs);
    }
  }

  /** The device lost the session. Before HelloReply that is as it should be. */
  #rebooted(bootNonce: number): void {
    if (this.#helloUnderWay !== null || this.hello === undefined || bootNonce === this.hello.bootNonce) return;
    this.#pending?.wait?.fail(REBOOTED);
    this.#room?.fail(REBOOTED);
  }

  #write(frame: Uint8Array): void {
    this.link.write(frame);
    this.#window.wrote(frame.length);
  }

  #resync(): void {
    this.link.resync();
    this.#window.wrote(1);
  }

  async #roomFor(bytes: number): Promise<void> {
    const { credit } = this.options.timing;
    const wires = transfer(this.hello.rxWindow, this.link.port.baud);
    while (!this.#window.fits(bytes)) {
      const had = this.#window.unacknowledged;
      await this.#credit(credit + wires);
      if (this.#pending?.reply) return;
      if (this.#window.unacknowledged === had) await this.#sync(credit + wires);
    }
  }

  /** Waits for the next Credit. */
  async #credit(milliseconds: number): Promise<void> {
    this.#check();
    this.#room = new Wait(milliseconds);
    await this.#room.result.finally(() => {
      this.#room = null;
    });
  }

  /** Declares all sent so far consumed or lost. */
  async #sync(milliseconds: number): Promise<void> {
    const { repetitions } = this.options.timing;
    for (let k = 0; k <= repetitions; k++) {
      const id = this.#window.nextSync();
      this.#resync();
      this.#write(this.#encodeSync(id));
      const until = performance.now() + milliseconds * 2 ** k;
      while (this.#window.syncUnderWay && performance.now() < until) await this.#credit(until - performance.now());
      if (!this.#window.syncUnderWay) return;
    }
    throw new McuEvalError("LINK_TIMEOUT", `${this.what} took no more bytes, and did not answer Sync`, {
      hint: "Check the cable and the speed of the port, then reset the board.",
    });
  }

  /** A Sync counts itself, and its length depends on that count. */
  #encodeSync(id: number): Uint8Array {
    let length = 0;
    for (;;) {
      const sent = (this.#window.sent + length) >>> 0;
      const frame = this.link.encode(Kind.SYNC, this.#session, 0, { sent, id });
      if (frame.length === length) return frame;
      length = frame.length;
    }
  }
}

/** The device has booted anew; a Hello will tell why. */
const REBOOTED = new McuEvalError("DEVICE_LOST", "the device was reset");
