/**
 * Joins the layers, and counts:
 *
 *     port ──bytes──► FrameDecoder ──Frame──► decodeBody ──Message──► listener (device/session)
 *     port ◄──bytes── encodeFrame  ◄──body─── encodeBody ◄──fields─── send()
 *
 * No policy: sessions, credit, repetitions and waits live in host/device.
 */

import { type LinkCounters, noCounters } from "./counters.js";
import {
  type BadFrame,
  type BadFrameReason,
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameHeader,
} from "./frame.js";
import {
  decodeBody,
  encodeBody,
  type FieldsOf,
  isDeviceKind,
  isHostKind,
  type Message,
  type MessageKind,
} from "./message.js";
import type { Port, PortEnd } from "./port.js";

/** A message with the header it came under. */
export type Received = Message & {
  readonly session: number;
  readonly seq: number;
  readonly crc: number;
  /** Bytes on the wire, delimiter included. */
  readonly wireBytes: number;
};

export interface LinkListener {
  /** Whether a sound frame is for this session. What is not is dropped and counted in otherSession. */
  takes(header: FrameHeader): boolean;
  message(message: Received): void;
  /** A sound frame whose body does not decode. */
  badBody?(frame: Frame): void;
  bad?(frame: BadFrame): void;
  end(end: PortEnd): void;
}

const COUNTER_OF: Record<BadFrameReason, keyof LinkCounters> = {
  too_long: "tooLong",
  bad_cobs: "badCobs",
  bad_length: "badLength",
  bad_crc: "badCrc",
  bad_version: "badVersion",
  bad_kind: "badKind",
};

const RESYNC = Uint8Array.of(0);

export class Link {
  /** Counted since the link was made. The listener adds what only it can tell, such as stale. */
  readonly counters: LinkCounters = noCounters();
  readonly #decoder: FrameDecoder;

  /**
   * @param side which end this is: it decides the kinds that are taken
   * @param maxFrame the largest frame this end takes: encoded bytes without the delimiter
   */
  constructor(
    readonly port: Port,
    side: "host" | "device",
    maxFrame: number,
  ) {
    this.#decoder = new FrameDecoder(maxFrame, side === "host" ? isDeviceKind : isHostKind);
  }

  /** Sets the one listener and starts to receive. */
  listen(listener: LinkListener): void {
    this.port.listen({
      data: (bytes) => this.#take(bytes, listener),
      end: (end) => listener.end(end),
    });
  }

  /** Encodes a frame for write(), which may be called with it again. */
  encode<K extends MessageKind>(kind: K, session: number, seq: number, fields: FieldsOf<K>): Uint8Array {
    return encodeFrame({ kind, session, seq }, encodeBody(kind, fields));
  }

  /** Writes one encoded frame. */
  write(frame: Uint8Array): void {
    this.counters.framesSent++;
    this.counters.bytesSent += frame.length;
    this.port.write(frame);
  }

  /** Writes a lone delimiter, which ends whatever was torn before it. */
  resync(): void {
    this.counters.bytesSent += RESYNC.length;
    this.port.write(RESYNC);
  }

  /** Counts in the order of the bytes, so that at each message the counters stand where it ends. */
  #take(bytes: Uint8Array, listener: LinkListener): void {
    let counted = 0;
    for (const frame of this.#decoder.push(bytes)) {
      this.counters.bytesReceived += frame.end - counted;
      counted = frame.end;
      if (frame.ok) this.#deliver(frame, listener);
      else {
        this.counters[COUNTER_OF[frame.reason]]++;
        listener.bad?.(frame);
      }
    }
    this.counters.bytesReceived += bytes.length - counted;
  }

  #deliver(frame: Frame, listener: LinkListener): void {
    this.counters.framesReceived++;
    if (!listener.takes(frame)) {
      this.counters.otherSession++;
      return;
    }
    const message = decodeBody(frame.kind, frame.body);
    if (message === null) {
      this.counters.badBody++;
      listener.badBody?.(frame);
      return;
    }
    const { session, seq, crc, wireBytes } = frame;
    listener.message({ ...message, session, seq, crc, wireBytes });
  }
}
