import { describe, expect, test } from "vitest";
import { decodeBody, encodeBody, Kind, type MessageKind, wire } from "../../../host/link/index.js";
import { hex, readVectors, unhex, type VectorCase } from "./vectors.js";

interface MessageCase extends VectorCase<Record<string, unknown>> {
  readonly kind: MessageKind;
}

/** The message class of each kind, for protobuf's JSON. */
const TYPES: Record<MessageKind, { toObject(message: never, options: object): Record<string, unknown> }> = {
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
};

/** float32 values print shortened in protobuf's JSON. */
function toFloat32(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toFloat32);
  if (typeof value === "number")
    return Math.fround(value) === value || Number.isInteger(value) ? value : Math.fround(value);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toFloat32(field)]));
}

describe("message vectors", () => {
  for (const { name, kind, input_hex, expect: expected, encode } of readVectors<MessageCase>("message")) {
    test(name, () => {
      const message = decodeBody(kind, unhex(input_hex));
      const [want] = expected;
      if (message === null) {
        expect({ reason: "bad_body" }).toEqual(want);
        return;
      }
      const json = TYPES[kind].toObject(message.body as never, { enums: String, longs: String, bytes: String });
      // Neither JSON prints a uint64 as a number: 2^53 and more would lose digits.
      expect({ ok: toFloat32(quoteCounts(json)) }).toEqual({ ok: toFloat32((want as { ok: unknown }).ok) });
      if (encode) expect(hex(encodeBody(kind, message.body as never))).toBe(input_hex);
    });
  }
});

const COUNTS = new Set(["ticks", "irqTicks", "totalTicks", "bytesReceived", "bytesSent"]);

function quoteCounts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(quoteCounts);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, COUNTS.has(name) ? String(field) : quoteCounts(field)]),
  );
}

test("AbsentTicks_AreNotZeroTicks", () => {
  const with0 = decodeBody(Kind.INFER_REPLY, encodeBody(Kind.INFER_REPLY, { ticks: 0 }));
  const without = decodeBody(Kind.INFER_REPLY, encodeBody(Kind.INFER_REPLY, {}));
  expect(with0?.body).toMatchObject({ ticks: 0 });
  expect(without?.body).toMatchObject({ ticks: null });
});

test("UnknownKind_HasNoBody", () => {
  expect(decodeBody(99, new Uint8Array())).toBeNull();
});
