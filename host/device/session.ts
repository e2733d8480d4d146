/**
 * One session with one device: Hello, requests and their replies, credit. proto/wire.md, sections 3 to 5.
 *
 * Requests may overlap, as many as the device's reply window holds. That the device is left alone during an
 * EXCLUSIVE Infer is the caller's to see to.
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
import { Outstanding, type Pending } from "./outstanding.js";
import { BUSY_MOST, helloWait, invokeWait, repeatedWait, type Timing, transfer } from "./timing.js";
import { Wait } from "./wait.js";

/** The largest frame this host takes. */
export const MAX_FRAME = 65_536;

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

export class Session {
  readonly link: Link;
  /** Of the open session. */
  hello!: Hello;
  #session = 0;
  /** Of the open session. */
  #flow: Flow | null = null;
  /** Of the open session. */
  #outstanding: Outstanding | null = null;
  /** The last frame that waits for its turn to be written. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #helloUnderWay: { readonly nonce: number; readonly wait: Wait<wire.HelloReply> } | null = null;
  /** A Hello was answered with Busy. */
  #busyHello = false;
  #slowestInvoke: number | null = null;
  #failure: McuEvalError | null = null;
  /** The device has booted anew, which ends this session. */
  #isReset = false;
  /** Why it has, once it was asked. */
  #resetReason: Promise<McuEvalError> | null = null;
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
      end: (end) => this.fail(deviceLost(port.description, this.#doing(), end)),
    });
  }

  get what(): string {
    return this.link.port.description;
  }

  /** Ends all waits, now and later, with an error; the first one stays. */
  fail(error: McuEvalError): void {
    this.#failure ??= error;
    for (const wait of [this.#helloUnderWay?.wait, this.#outstanding, this.#flow]) wait?.fail(this.#failure);
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
      const outstanding = new Outstanding(hello.replyWindow);
      this.#outstanding = outstanding;
      this.#flow = new Flow(this.link, this.#session, hello.rxWindow, timing, () => outstanding.waitLeft());
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
    await this.#explained(
      this.#inTurn(async (flow) => {
        await flow.roomFor(frame.length);
        flow.write(frame);
      }),
    );
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
    const { timing } = this.options;
    const name = nameOf(Kind, kind);
    const outstanding = this.#opened().outstanding;
    const pending = await this.#explained(outstanding.begin(name, () => this.#checkSession()));
    const runs = kind === Kind.INFER || kind === Kind.PROFILE;
    const first = runs ? invokeWait(timing, this.#slowestInvoke) : timing.reply;
    const reply = await this.#explained(this.#exchange(kind, fields, pending, first)).finally(() => {
      outstanding.end(pending);
      this.#flow?.look();
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
    if (runs) this.#slowestInvoke = Math.max(this.#slowestInvoke ?? 0, pending.servedMs);
    return reply;
  }

  /**
   * Null where all repetitions stay without a reply.
   *
   * @param firstMs how long to wait for the first time, transfer apart
   */
  async #exchange<K extends RequestKind>(
    kind: K,
    fields: FieldsOf<K>,
    pending: Pending,
    firstMs: number,
  ): Promise<Received | null> {
    const { timing } = this.options;
    const frame = this.link.encode(kind, this.#session, pending.seq, fields);
    const first = firstMs + transfer(frame.length + MAX_FRAME, this.link.port.baud);
    // A late reply may come while there is no room.
    const isWanted = (): boolean => pending.reply === null;
    for (let k = 0; k <= timing.repetitions && isWanted(); k++) {
      await this.#inTurn(async (flow) => {
        await flow.roomFor(frame.length + 1, isWanted);
        if (!isWanted()) return;
        if (k > 0) flow.resync();
        flow.write(frame);
        pending.start(repeatedWait(timing, first, k), BUSY_MOST * timing.invoke);
      });
      await pending.result();
    }
    return pending.reply;
  }

  /** Writes of the open session, one after the other. */
  #inTurn(write: (flow: Flow) => Promise<void>): Promise<void> {
    const turn = this.#lastWrite.then(() => {
      this.#checkSession();
      return write(this.#opened().flow);
    });
    this.#lastWrite = turn.catch(() => {});
    return turn;
  }

  /** Turns the sign that the device has booted anew into the reason, which only a Hello tells. */
  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error !== REBOOTED) throw error;
      // Once for all requests that it cut short.
      this.#resetReason ??= this.open().then((hello) => deviceReset(this.what, hello));
      const reason = await this.#resetReason;
      this.fail(reason);
      throw reason;
    }
  }

  #opened(): { readonly flow: Flow; readonly outstanding: Outstanding } {
    if (this.#flow === null || this.#outstanding === null) {
      throw new McuEvalError("INTERNAL", "a request before Hello");
    }
    return { flow: this.#flow, outstanding: this.#outstanding };
  }

  /** What the device is at, for messages. */
  #doing(): string {
    if (this.hello === undefined) return "before it had answered";
    const oldest = this.#outstanding?.oldest;
    return oldest === undefined ? "while it was idle" : `while it served ${oldest.name}`;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #checkSession(): void {
    this.#check();
    if (this.#isReset) throw REBOOTED;
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
    if (!this.#outstanding?.answer(message)) return;
    if (message.kind === Kind.STATS_REPLY) this.countersAtStats = { ...this.link.counters };
    this.#flow?.look();
  }

  #busy(seq: number): void {
    if (this.#helloUnderWay !== null && seq === 0) this.#busyHello = true;
    this.#outstanding?.busy(seq);
  }

  /** The device lost the session. Before HelloReply that is as it should be. */
  #rebooted(bootNonce: number): void {
    if (this.#helloUnderWay !== null || this.hello === undefined || bootNonce === this.hello.bootNonce) return;
    this.#isReset = true;
    this.#outstanding?.fail(REBOOTED);
    this.#flow?.fail(REBOOTED);
  }
}

/** The device has booted anew; a Hello will tell why. */
const REBOOTED = new McuEvalError("DEVICE_LOST", "the device was reset");
