/**
 * A device in this process, after proto/wire.md alone: a bounded receive ring, one frame a turn, and
 * a "model" whose output is its input backwards, so that every output shows whose it is.
 */

import {
  crc32,
  type FieldsOf,
  Kind,
  Link,
  type MessageKind,
  maxBody,
  type Port,
  type PortListener,
  type Received,
  wire,
} from "../../host/link/index.js";
import { FakeStaging } from "./fake-staging.js";

export interface FakeOptions {
  readonly maxFrame?: number;
  readonly rxWindow?: number;
  readonly replyWindow?: number;
  readonly slots?: number;
  readonly inputBytes?: number;
  readonly outputBytes?: number;
  /** How long an Invoke takes, in milliseconds. */
  readonly invokeMs?: number;
  readonly capabilities?: readonly wire.Capability[];
  readonly protocol?: number;
  readonly modelCrc?: number;
  readonly modelBytes?: number;
  readonly status?: wire.InitStatus;
  readonly statusDetail?: string;
  /** Operators of the model, for profiles. */
  readonly nodes?: number;
}

interface Kept {
  readonly crc: number;
  /** Null while its request is waiting or running. */
  frame: Uint8Array | null;
}

export const OUTPUT_TENSOR = 1;

/** What the fake, and the contract suite's model, compute. */
export function mirror(input: Uint8Array, outputBytes: number): Uint8Array {
  return Uint8Array.from({ length: outputBytes }, (_, i) => input[input.length - 1 - (i % input.length)] as number);
}

export class FakeDevice {
  /** Bytes that came while the ring was full. */
  overruns = 0;
  /** Invokes since the fake was made, over all boots. */
  invokes = 0;
  /** Requests accepted and not answered, at most. */
  mostInFlight = 0;
  /** Hellos that opened a session. */
  sessions = 0;
  /** Requests of each kind that were handled, repetitions left out. */
  readonly handled = new Map<number, number>();

  readonly #link: Link;
  readonly #staging: FakeStaging;
  readonly #ring: number[] = [];
  #feed: PortListener = { data: () => {}, end: () => {} };
  #scheduled = false;
  /** Set during an EXCLUSIVE Invoke: nothing is taken off the ring. */
  #deaf = false;
  #running: { readonly seq: number } | null = null;
  #waiting: Received[] = [];

  #bootNonce = 0x1000;
  #resetCause: wire.ResetCause = wire.ResetCause.POWER_ON;
  #fault: wire.Fault.$Properties | null = null;
  #bootInvokes = 0;
  #replays = 0;
  #session: number | null = null;
  #nonce = 0;
  #refused = false;
  #hostMaxFrame = 4_096;
  #newest = 0;
  #kept = new Map<number, Kept>();
  #countFrom = 0;
  #credited = 0;
  #syncId = 0;
  #output: { readonly sample: number; readonly data: Uint8Array } | null = null;
  #profiled: number | null = null;

  readonly #o: Required<FakeOptions>;

  constructor(port: Port, options: FakeOptions = {}) {
    const inputBytes = options.inputBytes ?? 64;
    this.#o = {
      maxFrame: 512,
      rxWindow: 2_048,
      replyWindow: 4,
      slots: 2,
      inputBytes,
      outputBytes: inputBytes,
      invokeMs: 0,
      capabilities: [wire.Capability.CAP_DELTA, wire.Capability.CAP_RESET, wire.Capability.CAP_PROFILE],
      protocol: 1,
      modelCrc: 0,
      modelBytes: 0,
      status: wire.InitStatus.READY,
      statusDetail: "",
      nodes: 1,
      ...options,
    };
    this.#staging = new FakeStaging(this.#o.slots, inputBytes, this.#can(wire.Capability.CAP_DELTA));
    port.listen({ data: (bytes) => this.#arrive(bytes), end: () => {} });
    const inner: Port = { ...port, write: (bytes) => port.write(bytes), listen: (listener) => (this.#feed = listener) };
    this.#link = new Link(inner, "device", this.#o.maxFrame);
    this.#link.listen({
      takes: (header) => header.kind === Kind.HELLO || this.#session === null || header.session === this.#session,
      message: (message) => this.#receive(message),
      badBody: (frame) => {
        if (this.#session !== null && isRequest(frame.kind)) {
          this.#error(frame, wire.ErrorCode.BAD_REQUEST, "the body does not decode");
        }
      },
      end: () => {},
    });
  }

  /** Loses all state, as a board does; a fault is told in each HelloReply from now on. */
  reboot(fault: wire.Fault.$Properties | null = null): void {
    this.#resetCause = fault ? wire.ResetCause.FAULT_RESET : wire.ResetCause.SOFTWARE;
    this.#fault = fault ?? this.#fault;
    this.#bootNonce++;
    this.#bootInvokes = 0;
    this.#session = null;
    this.#refused = false;
    this.#running = null;
    this.#deaf = false;
    this.#waiting = [];
    this.#ring.length = 0;
  }

  #can(capability: wire.Capability): boolean {
    return this.#o.capabilities.includes(capability);
  }

  #arrive(bytes: Uint8Array): void {
    const room = this.#o.rxWindow - this.#ring.length;
    const lost = Math.max(0, bytes.length - room);
    this.overruns += lost;
    this.#link.counters.overruns += lost;
    this.#ring.push(...bytes.subarray(0, room));
    this.#turn();
  }

  /** Takes at most one frame off the ring a turn. */
  #turn(): void {
    if (this.#scheduled || this.#deaf || this.#ring.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#deaf) return;
      const zero = this.#ring.indexOf(0);
      this.#feed.data(Uint8Array.from(this.#ring.splice(0, zero < 0 ? this.#ring.length : zero + 1)));
      if (this.#session !== null && this.#consumed - this.#credited >= this.#o.rxWindow / 2) this.#credit();
      this.#turn();
    });
  }

  get #consumed(): number {
    return this.#link.counters.bytesReceived - this.#countFrom;
  }

  #credit(): void {
    this.#credited = this.#consumed;
    this.#send(Kind.CREDIT, 0, { consumed: this.#consumed >>> 0, syncId: this.#syncId });
  }

  #send<K extends MessageKind>(kind: K, seq: number, fields: FieldsOf<K>, session = this.#session ?? 0): void {
    this.#link.write(this.#link.encode(kind, session, seq, fields));
  }

  #error(to: { session: number; seq: number }, code: wire.ErrorCode, detail = ""): void {
    this.#send(Kind.ERROR, to.seq, { code, detail, bootNonce: this.#bootNonce }, to.session);
  }

  #receive(message: Received): void {
    if (message.kind === Kind.HELLO) {
      this.#hello(message.body, message.session);
      return;
    }
    if (this.#session === null) {
      this.#error(message, this.#refused ? wire.ErrorCode.PROTOCOL : wire.ErrorCode.NO_SESSION);
      return;
    }
    if (message.kind === Kind.LOAD_INPUT) {
      this.#staging.load(message.body);
      return;
    }
    if (message.kind === Kind.SYNC) {
      const { sent, id } = message.body;
      if (((id - this.#syncId) | 0) > 0) {
        this.#syncId = id;
        this.#countFrom = this.#link.counters.bytesReceived - sent;
      }
      this.#credit();
      return;
    }
    this.#admit(message);
  }

  #hello(hello: wire.Hello, session: number): void {
    if (session === 0) {
      this.#link.counters.badBody++;
      return;
    }
    const repeated = this.#session !== null && hello.nonce === this.#nonce;
    this.#refused = hello.protocol !== this.#o.protocol;
    if (this.#refused) this.#session = null;
    else if (!repeated) {
      if (this.#running !== null) {
        this.#send(Kind.BUSY, 0, { elapsedMs: 1 }, session);
        return;
      }
      this.#open(hello, session);
    }
    this.#send(Kind.HELLO_REPLY, 0, this.#describe(hello.nonce), session);
  }

  #open(hello: wire.Hello, session: number): void {
    this.sessions++;
    this.#session = session;
    this.#nonce = hello.nonce;
    this.#hostMaxFrame = hello.maxFrame;
    this.#newest = 0;
    this.#kept.clear();
    this.#waiting = [];
    this.#staging.clear();
    this.#output = null;
    this.#profiled = null;
    this.#syncId = 0;
    this.#countFrom = this.#link.counters.bytesReceived;
    this.#credited = 0;
  }

  #describe(nonce: number): wire.HelloReply.$Properties {
    const o = this.#o;
    const tensor = { type: wire.TensorType.INT8, scale: 1, zeroPoint: 0 };
    return {
      protocol: o.protocol,
      nonce,
      bootNonce: this.#bootNonce,
      firmware: "fake",
      resetCause: this.#resetCause,
      ...(this.#fault ? { fault: this.#fault } : {}),
      board: "fake",
      core: "fake",
      clockSource: wire.ClockSource.CLOCK_NONE,
      maxFrame: o.maxFrame,
      rxWindow: o.rxWindow,
      replyWindow: o.replyWindow,
      stagingBytes: o.slots * o.inputBytes,
      stagingSlots: o.slots,
      capabilities: [...o.capabilities],
      status: o.status,
      statusDetail: o.statusDetail,
      modelCrc: o.modelCrc,
      modelBytes: o.modelBytes,
      inputs: [{ ...tensor, index: 0, shape: [1, o.inputBytes], name: "input" }],
      outputs: [{ ...tensor, index: OUTPUT_TENSOR, shape: [1, o.outputBytes], name: "output" }],
    };
  }

  /** The table of wire.md, section 4. */
  #admit(message: Received): void {
    const { seq, crc } = message;
    if (seq === 0) {
      this.#error(message, wire.ErrorCode.BAD_REQUEST, "seq 0");
      return;
    }
    const kept = this.#kept.get(seq);
    if (kept) {
      if (kept.crc !== crc) {
        this.#error(message, wire.ErrorCode.SEQ_REUSED);
        return;
      }
      if (kept.frame === null) {
        this.#send(Kind.BUSY, seq, { elapsedMs: 1 });
        return;
      }
      this.#replays++;
      this.#link.write(kept.frame);
      return;
    }
    const behind = (this.#newest - seq) & 0xffff;
    const newer = behind > 0x8000;
    if (!newer && behind >= this.#o.replyWindow) {
      this.#link.counters.stale++;
      this.#error(message, wire.ErrorCode.STALE);
      return;
    }
    this.#kept.set(seq, { crc, frame: null });
    if (newer) {
      this.#newest = seq;
      for (const old of this.#kept.keys()) if (((seq - old) & 0xffff) >= this.#o.replyWindow) this.#kept.delete(old);
    }
    this.mostInFlight = Math.max(this.mostInFlight, this.#waiting.length + (this.#running === null ? 1 : 2));
    if (this.#running === null) this.#handle(message);
    else this.#waiting.push(message);
  }

  #answer<K extends MessageKind>(to: Received, kind: K, fields: FieldsOf<K>): void {
    const frame = this.#link.encode(kind, to.session, to.seq, fields);
    const kept = this.#kept.get(to.seq);
    if (kept) kept.frame = frame;
    if (to.session === this.#session) this.#link.write(frame);
  }

  #refuse(to: Received, code: wire.ErrorCode, detail = ""): void {
    this.#answer(to, Kind.ERROR, { code, detail });
  }

  #handle(message: Received): void {
    this.handled.set(message.kind, (this.handled.get(message.kind) ?? 0) + 1);
    const { ErrorCode } = wire;
    const ready = this.#o.status === wire.InitStatus.READY;
    const needsModel = [Kind.INFER, Kind.READ_OUTPUT, Kind.PROFILE].includes(message.kind as number);
    if (needsModel && !ready) {
      this.#refuse(message, ErrorCode.NOT_READY, this.#o.statusDetail);
      return;
    }
    switch (message.kind) {
      case Kind.INFER:
        this.#infer(message, message.body);
        return;
      case Kind.READ_OUTPUT:
        this.#readOutput(message, message.body);
        return;
      case Kind.CONFIGURE:
        if (message.body.setting === undefined) {
          this.#refuse(message, ErrorCode.BAD_REQUEST, "no setting");
          return;
        }
        if (message.body.preprocessing?.id) {
          this.#refuse(message, ErrorCode.UNSUPPORTED);
          return;
        }
        this.#answer(message, Kind.CONFIGURE_REPLY, {});
        return;
      case Kind.STATS:
        this.#answer(message, Kind.STATS_REPLY, {
          link: { ...this.#link.counters },
          invokes: this.#bootInvokes,
          replays: this.#replays,
        });
        return;
      case Kind.PROFILE:
        this.#profile(message, message.body);
        return;
      case Kind.RESET:
        this.#answer(message, Kind.RESET_REPLY, {});
        this.reboot();
        return;
      default:
        this.#refuse(message, ErrorCode.UNSUPPORTED);
        return;
    }
  }

  /** The input of an Infer or Profile that may run; if it may not, the answer is sent. */
  #accept(message: Received, infer: wire.Infer.$Properties): Uint8Array | null {
    const { ErrorCode, InferMode } = wire;
    const slot = infer.slot ?? 0;
    const overlapped = infer.mode === InferMode.OVERLAPPED;
    if (overlapped && !this.#can(wire.Capability.CAP_OVERLAPPED)) {
      this.#refuse(message, ErrorCode.UNSUPPORTED);
      return null;
    }
    if (!overlapped && infer.mode !== InferMode.EXCLUSIVE) {
      this.#refuse(message, ErrorCode.BAD_REQUEST, "mode");
      return null;
    }
    if (infer.reportTensors?.length) {
      this.#refuse(message, ErrorCode.UNSUPPORTED, "report_tensors");
      return null;
    }
    if (!this.#staging.has(slot)) {
      this.#refuse(message, ErrorCode.BAD_REQUEST, "slot");
      return null;
    }
    const input = this.#staging.take(slot, infer.inputId ?? 0, infer.inputCrc ?? 0);
    if (input instanceof Uint8Array) return input;
    this.#answer(message, Kind.INPUT_INCOMPLETE, { sample: infer.sample ?? 0, ...input });
    return null;
  }

  /** Counts nothing, and runs in no time. */
  #profile(message: Received, { infer, firstNode }: wire.Profile): void {
    const { ErrorCode } = wire;
    const sample = infer?.sample ?? 0;
    if (!this.#can(wire.Capability.CAP_PROFILE)) {
      this.#refuse(message, ErrorCode.UNSUPPORTED);
      return;
    }
    if (firstNode === 0) {
      if (this.#accept(message, infer ?? {}) === null) return;
      this.invokes++;
      this.#bootInvokes++;
      this.#output = null;
      this.#profiled = sample;
    }
    const nodeCount = this.#o.nodes;
    if (this.#profiled !== sample) this.#refuse(message, ErrorCode.NO_OUTPUT);
    else if (firstNode >= nodeCount) this.#refuse(message, ErrorCode.BAD_REQUEST);
    else {
      const room = Math.floor((maxBody(Math.min(this.#o.maxFrame, this.#hostMaxFrame)) - 50) / 25);
      const nodes = Array.from({ length: Math.min(room, nodeCount - firstNode) }, (_, i) => ({
        node: firstNode + i,
        kernels: wire.KernelSet.KERNELS_PORTABLE,
      }));
      this.#answer(message, Kind.PROFILE_REPLY, { sample, nodeCount, firstNode, nodes });
    }
  }

  #infer(message: Received, infer: wire.Infer): void {
    const overlapped = infer.mode === wire.InferMode.OVERLAPPED;
    const input = this.#accept(message, infer);
    if (input === null) return;
    const data = mirror(input, this.#o.outputBytes);
    this.invokes++;
    this.#bootInvokes++;
    const boot = this.#bootNonce;
    this.#running = { seq: message.seq };
    this.#deaf = !overlapped;
    const finish = (): void => {
      if (boot !== this.#bootNonce) return;
      this.#running = null;
      this.#deaf = false;
      this.#output = { sample: infer.sample, data };
      const room = Math.max(0, maxBody(Math.min(this.#o.maxFrame, this.#hostMaxFrame)) - 80);
      this.#answer(message, Kind.INFER_REPLY, {
        sample: infer.sample,
        inputCrc: infer.inputCrc,
        mode: infer.mode,
        outputs: [{ index: OUTPUT_TENSOR, totalBytes: data.length, crc: crc32(data), data: data.subarray(0, room) }],
        invokeCount: this.#bootInvokes,
      });
      // One that is refused runs nothing, so that the one behind it is handled at once.
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#handle(next);
        if (this.#running !== null) break;
      }
      this.#turn();
    };
    if (this.#o.invokeMs > 0) setTimeout(finish, this.#o.invokeMs);
    else finish();
  }

  #readOutput(message: Received, read: wire.ReadOutput): void {
    const output = this.#output;
    if (output === null || read.sample !== output.sample || read.tensor !== OUTPUT_TENSOR) {
      this.#refuse(message, wire.ErrorCode.NO_OUTPUT);
      return;
    }
    const totalBytes = output.data.length;
    if (read.length === 0 || read.offset >= totalBytes) {
      this.#refuse(message, wire.ErrorCode.BAD_REQUEST);
      return;
    }
    const room = maxBody(Math.min(this.#o.maxFrame, this.#hostMaxFrame)) - 40;
    const end = Math.min(totalBytes, read.offset + Math.min(read.length, room));
    const data = output.data.subarray(read.offset, end);
    this.#answer(message, Kind.OUTPUT_CHUNK, {
      sample: read.sample,
      tensor: read.tensor,
      offset: read.offset,
      data,
      totalBytes,
    });
  }
}

function isRequest(kind: number): boolean {
  return kind >= Kind.INFER && kind <= Kind.RESET;
}
