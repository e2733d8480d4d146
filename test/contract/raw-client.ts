/** Speaks frames without a session's help: for what a well-behaved host never does. */

import { randomBytes } from "node:crypto";
import { type FieldsOf, Kind, Link, type MessageKind, type Port, type Received, wire } from "../../host/link/index.js";

type Reply<K extends MessageKind> = Extract<Received, { kind: K }>;

export class RawClient {
  readonly link: Link;
  session = 0;
  seq = 0;
  hello!: wire.HelloReply;
  readonly #inbox: Received[] = [];
  #wake: () => void = () => {};
  #gone: string | null = null;

  constructor(readonly port: Port) {
    this.link = new Link(port, "host", 65_536);
    this.link.listen({
      takes: () => true,
      message: (message) => {
        this.#inbox.push(message);
        this.#wake();
      },
      end: (end) => {
        this.#gone = `${end.reason}; ${end.tail}`;
        this.#wake();
      },
    });
  }

  /** The next message of a kind; those before it are dropped. */
  async next<K extends MessageKind>(kind: K, milliseconds = 10_000): Promise<Reply<K>> {
    const until = performance.now() + milliseconds;
    for (;;) {
      const message = this.#inbox.shift();
      if (message?.kind === kind) return message as Reply<K>;
      if (message) continue;
      if (this.#gone !== null) throw new Error(`the device went away: ${this.#gone}`);
      const left = until - performance.now();
      if (left <= 0) throw new Error(`no ${Kind[kind]} within ${milliseconds} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Messages of a kind that have come and were not taken. */
  pending(kind: MessageKind): number {
    return this.#inbox.filter((message) => message.kind === kind).length;
  }

  /** Sends a frame, and returns it. */
  send<K extends MessageKind>(
    kind: K,
    fields: FieldsOf<K>,
    header: { session?: number; seq?: number } = {},
  ): Uint8Array {
    const frame = this.link.encode(kind, header.session ?? this.session, header.seq ?? 0, fields);
    this.link.write(frame);
    return frame;
  }

  /** Opens a session of its own. */
  async open(maxFrame = 65_536): Promise<wire.HelloReply> {
    this.session = (this.session % 255) + 1;
    this.seq = 0;
    this.link.resync();
    this.#inbox.length = 0;
    const nonce = randomBytes(4).readUInt32LE();
    this.send(Kind.HELLO, { protocol: 1, nonce, maxFrame, host: "contract" });
    do this.hello = (await this.next(Kind.HELLO_REPLY)).body;
    while (this.hello.nonce !== nonce);
    return this.hello;
  }

  /** Sends a request with the next seq, and awaits a reply of a kind. */
  ask<K extends MessageKind, R extends MessageKind>(kind: K, fields: FieldsOf<K>, reply: R): Promise<Reply<R>> {
    this.send(kind, fields, { seq: ++this.seq });
    return this.next(reply);
  }

  /** Asks for what must be refused, and returns the error's code by name. */
  async refused<K extends MessageKind>(kind: K, fields: FieldsOf<K>): Promise<string> {
    return this.codeOf(await this.ask(kind, fields, Kind.ERROR));
  }

  codeOf(error: Reply<wire.Kind.ERROR>): string {
    return wire.ErrorCode[error.body.code] ?? String(error.body.code);
  }

  async stats(): Promise<wire.StatsReply> {
    return (await this.ask(Kind.STATS, {}, Kind.STATS_REPLY)).body;
  }
}
