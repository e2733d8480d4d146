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
import { brokenHello, deviceError, deviceLost, deviceReset, otherProtocol } from "./failure.js";
import { Flow } from "./flow.js";
import { boundsFailure, describeHello, type Hello, nameOf } from "./hello.js";
import { BUSY_MOST, helloWait, invokeWait, repeatedWait, type Timing, transfer } from "./timing.js";
import { Wait } from "./wait.js";

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
  /** Of the open session. */
  #flow: Flow | null = null;
  #helloUnderWay: { readonly nonce: number; readonly wait: Wait<wire.HelloReply> } | null = null;
  /** A Hello was answered with Busy. */
  #busyHello = false;
  #pending: Pending | null = null;
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
    for (const wait of [this.#helloUnderWay?.wait, this.#pending?.wait, this.#flow]) wait?.fail(this.#failure);
  }

  /**
   * Opens a session: Hello until it is answered.
   *
   * @throws McuEvalError LINK_TIMEOUT, LINK_VERSION, LINK_CORRUPT, DEVICE_LOST
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
      const hello = describeHello(reply);
      const broken = boundsFailure(hello);
      if (broken !== null) throw brokenHello(this.what, broken);
      this.hello = hello;
      this.#flow = new Flow(this.link, this.#session, this.hello.rxWindow, timing);
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
    const flow = this.#openFlow();
    await this.#explained(flow.roomFor(frame.length));
    flow.write(frame);
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
    const flow = this.#openFlow();
    for (let k = 0; k <= timing.repetitions; k++) {
      await flow.roomFor(frame.length + 1);
      // A late reply may have come while there was no room.
      if (pending.reply !== null) break;
      if (k > 0) flow.resync();
      flow.write(frame);
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

  #openFlow(): Flow {
    if (this.#flow === null) throw new McuEvalError("INTERNAL", "a request before Hello");
    return this.#flow;
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
        this.#flow?.credit(message.body);
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
    this.#flow?.stopWaiting();
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
    this.#flow?.fail(REBOOTED);
  }
}

/** The device has booted anew; a Hello will tell why. */
const REBOOTED = new McuEvalError("DEVICE_LOST", "the device was reset");
