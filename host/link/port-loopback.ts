/** Two ports joined in this process, with the damage of a bad line on demand: for tests and examples. */

import { openStream, type Rng } from "../core/index.js";
import type { Port, PortListener } from "./port.js";

/** Probabilities are per piece, 0 to 1; each write is cut into pieces of 1 to maxPiece bytes. */
export interface LineFaults {
  /** The piece is lost. */
  readonly drop?: number;
  /** Its end is lost. */
  readonly truncate?: number;
  /** One of its bits is turned. */
  readonly flip?: number;
  /** It arrives twice. */
  readonly duplicate?: number;
  /** It, and all behind it, arrives later by up to delayMs. */
  readonly delay?: number;
  readonly delayMs?: number;
  readonly maxPiece?: number;
}

export interface LoopbackOptions {
  readonly seed?: number;
  readonly toDevice?: LineFaults;
  readonly toHost?: LineFaults;
}

/** What the line did so far. */
export type LineLog = Record<"drop" | "truncate" | "flip" | "duplicate" | "delay", number>;

export interface Loopback {
  readonly host: Port;
  readonly device: Port;
  readonly log: LineLog;
  /** Ends both ports, as if the device had gone. */
  cut(reason: string): void;
}

/** Opens a pair of ports; equal seeds and equal writes give equal damage. */
export function openLoopback(options: LoopbackOptions = {}): Loopback {
  const log: LineLog = { drop: 0, truncate: 0, flip: 0, duplicate: 0, delay: 0 };
  const seed = options.seed ?? 0;
  const toDevice = new Line(options.toDevice ?? {}, openStream(seed, "loopback", "to device"), log);
  const toHost = new Line(options.toHost ?? {}, openStream(seed, "loopback", "to host"), log);
  const cut = (reason: string): void => {
    toDevice.end(reason);
    toHost.end(reason);
  };
  const port = (description: string, out: Line, into: Line): Port => ({
    description,
    baud: null,
    listen: (listener) => into.listen(listener),
    write: (bytes) => out.write(bytes),
    close: async () => cut("the loopback was closed"),
  });
  return { host: port("loopback", toDevice, toHost), device: port("loopback", toHost, toDevice), log, cut };
}

/** One direction. */
class Line {
  #listener: PortListener | null = null;
  #queue: { readonly bytes: Uint8Array; readonly waitMs: number }[] = [];
  #running = false;
  #ended = false;

  constructor(
    private readonly faults: LineFaults,
    private readonly rng: Rng,
    private readonly log: LineLog,
  ) {}

  listen(listener: PortListener): void {
    this.#listener = listener;
    this.#run();
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    queueMicrotask(() => this.#listener?.end({ reason, tail: "" }));
  }

  write(bytes: Uint8Array): void {
    const { maxPiece = bytes.length } = this.faults;
    for (let at = 0; at < bytes.length; ) {
      const size = maxPiece < bytes.length ? 1 + this.rng.int(maxPiece) : bytes.length;
      this.#piece(bytes.slice(at, at + size));
      at += size;
    }
    this.#run();
  }

  #piece(whole: Uint8Array): void {
    let bytes = whole;
    if (this.#strikes("drop")) return;
    if (this.#strikes("truncate")) bytes = bytes.subarray(0, this.rng.int(bytes.length));
    if (this.#strikes("flip") && bytes.length > 0) {
      const at = this.rng.int(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << this.rng.int(8));
    }
    const waitMs = this.#strikes("delay") ? this.rng.uniform(0, this.faults.delayMs ?? 1) : 0;
    this.#queue.push({ bytes, waitMs });
    if (this.#strikes("duplicate")) this.#queue.push({ bytes, waitMs: 0 });
  }

  #strikes(fault: keyof LineLog): boolean {
    const probability = this.faults[fault] ?? 0;
    const strikes = probability > 0 && this.rng.uniform() < probability;
    if (strikes) this.log[fault]++;
    return strikes;
  }

  #run(): void {
    if (this.#running || this.#listener === null || this.#queue.length === 0) return;
    this.#running = true;
    const waitMs = this.#queue[0]?.waitMs ?? 0;
    const deliver = (): void => {
      this.#running = false;
      const first = this.#queue.shift();
      if (this.#ended || first === undefined) return;
      this.#listener?.data(first.bytes);
      // All that is not delayed arrives in this turn.
      while (this.#queue.length > 0 && this.#queue[0]?.waitMs === 0) {
        const next = this.#queue.shift();
        if (next !== undefined) this.#listener?.data(next.bytes);
      }
      this.#run();
    };
    if (waitMs > 0) setTimeout(deliver, waitMs);
    else setImmediate(deliver);
  }
}
