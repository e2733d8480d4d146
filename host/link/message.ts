/** Bodies: protobuf ↔ a union tagged by kind. proto/mcu_eval.proto. */

import protobuf from "protobufjs/minimal.js";
import { mcu_eval as wire } from "./generated/mcu_eval.js";

export { wire };

// uint64 fields hold counts below 2^53; without Long they decode to plain numbers.
protobuf.util.Long = null as never;
protobuf.configure();

export const Kind = wire.Kind;

/** The one message that belongs to each kind. */
const BODIES = {
  [Kind.HELLO]: wire.Hello,
  [Kind.INFER]: wire.Infer,
  [Kind.READ_OUTPUT]: wire.ReadOutput,
  [Kind.CONFIGURE]: wire.Configure,
  [Kind.PROFILE]: wire.Profile,
  [Kind.STATS]: wire.Stats,
  [Kind.RESET]: wire.Reset,
  [Kind.LOAD_INPUT]: wire.LoadInput,
  [Kind.SYNC]: wire.Sync,
  [Kind.HELLO_REPLY]: wire.HelloReply,
  [Kind.INFER_REPLY]: wire.InferReply,
  [Kind.OUTPUT_CHUNK]: wire.OutputChunk,
  [Kind.CONFIGURE_REPLY]: wire.ConfigureReply,
  [Kind.PROFILE_REPLY]: wire.ProfileReply,
  [Kind.STATS_REPLY]: wire.StatsReply,
  [Kind.RESET_REPLY]: wire.ResetReply,
  [Kind.INPUT_INCOMPLETE]: wire.InputIncomplete,
  [Kind.ERROR]: wire.Error,
  [Kind.CREDIT]: wire.Credit,
  [Kind.BUSY]: wire.Busy,
  [Kind.LOG]: wire.Log,
} as const;

type Bodies = typeof BODIES;
export type MessageKind = keyof Bodies;

/** A decoded body, by its kind; absent fields read as their defaults. */
export type BodyOf<K extends MessageKind> = InstanceType<Bodies[K]>;

/** What may be given to encode a body. */
export type FieldsOf<K extends MessageKind> = Parameters<Bodies[K]["encode"]>[0];

/** A message with its kind: `switch (message.kind)` narrows `message.body`. */
export type Message = { [K in MessageKind]: { readonly kind: K; readonly body: BodyOf<K> } }[MessageKind];

const BY_KIND: ReadonlyMap<number, Bodies[MessageKind]> = new Map(
  Object.entries(BODIES).map(([kind, body]) => [Number(kind), body]),
);

/** Bit 7 of a kind is set on what the device sends. */
const FROM_DEVICE = 0x80;

/** Whether `kind` is one that the device sends. */
export function isDeviceKind(kind: number): boolean {
  return BY_KIND.has(kind) && (kind & FROM_DEVICE) !== 0;
}

/** Whether `kind` is one that the host sends. */
export function isHostKind(kind: number): boolean {
  return BY_KIND.has(kind) && (kind & FROM_DEVICE) === 0;
}

/** Encodes a body; fields left out are absent. */
export function encodeBody<K extends MessageKind>(kind: K, fields: FieldsOf<K>): Uint8Array {
  return (BODIES[kind].encode as (fields: FieldsOf<K>) => protobuf.Writer)(fields).finish();
}

/** Decodes a body of a known kind; null where protobuf does not decode (bad_body). */
export function decodeBody(kind: number, body: Uint8Array): Message | null {
  const type = BY_KIND.get(kind);
  if (type === undefined) return null;
  try {
    return { kind, body: type.decode(body) } as Message;
  } catch {
    return null;
  }
}
