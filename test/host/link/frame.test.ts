import { describe, expect, test } from "vitest";
import { openStream } from "../../../host/core/index.js";
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  isDeviceKind,
  isHostKind,
  Kind,
  maxBody,
} from "../../../host/link/index.js";
import { cuts, hex, readVectors, unhex, type VectorCase } from "./vectors.js";

interface FrameFields {
  version: number;
  kind: number;
  session: number;
  flags: number;
  seq: number;
  body_hex: string;
}

interface FrameCase extends VectorCase<FrameFields> {
  readonly to: "host" | "device";
  readonly max_frame: number;
}

describe("frame vectors", () => {
  for (const vector of readVectors<FrameCase>("frame")) {
    test(vector.name, () => {
      for (const { how, pieces } of cuts(unhex(vector.input_hex), vector.name)) {
        const decoder = new FrameDecoder(vector.max_frame, vector.to === "host" ? isDeviceKind : isHostKind);
        const seen = pieces
          .flatMap((piece) => decoder.push(piece))
          .map((frame) => (frame.ok ? { ok: fieldsOf(frame) } : { reason: frame.reason }));
        expect(seen, how).toEqual(vector.expect);
      }
      const [first] = vector.expect;
      if (vector.encode && first && "ok" in first) {
        expect(hex(encodeFrame(first.ok, unhex(first.ok.body_hex)))).toBe(vector.input_hex);
      }
    });
  }
});

function fieldsOf({ version, kind, session, flags, seq, body }: Frame): FrameFields {
  return { version, kind, session, flags, seq, body_hex: hex(body) };
}

test("Frame_KnowsItsBytesOnTheWire", () => {
  const wire = encodeFrame({ kind: Kind.STATS, session: 1, seq: 1 }, new Uint8Array(3));
  const [frame] = new FrameDecoder(64, isHostKind).push(wire);
  expect(frame).toMatchObject({ wireBytes: wire.length, end: wire.length });
});

test("MaxBody_AlwaysFits", () => {
  const rng = openStream(1, "frame");
  for (let maxFrame = 256; maxFrame < 2_000; maxFrame++) {
    const body = Uint8Array.from({ length: maxBody(maxFrame) }, () => 1 + rng.int(255));
    const size = encodeFrame({ kind: Kind.LOAD_INPUT, session: 255, seq: 0xffff }, body).length - 1;
    expect(size).toBeLessThanOrEqual(maxFrame);
    expect(size).toBeGreaterThan(maxFrame - 4);
  }
});

test("BadFrame_CarriesTheBytesUpToTheLimit", () => {
  const decoder = new FrameDecoder(4, isHostKind);
  const frames = [...decoder.push(Uint8Array.of(9, 9, 9)), ...decoder.push(Uint8Array.of(8, 8, 8, 0, 7, 7, 0))];
  expect(frames).toEqual([
    { ok: false, reason: "too_long", bytes: Uint8Array.of(9, 9, 9, 8), end: 4 },
    { ok: false, reason: "bad_cobs", bytes: Uint8Array.of(7, 7), end: 7 },
  ]);
});

test("Body_SurvivesTheNextPush", () => {
  const decoder = new FrameDecoder(64, isHostKind);
  const wire = encodeFrame({ kind: Kind.STATS, session: 1, seq: 1 }, Uint8Array.of(1, 2, 3));
  decoder.push(wire.subarray(0, 5));
  const [frame] = decoder.push(wire.subarray(5));
  decoder.push(wire.map((byte) => byte ^ 0xff));
  expect(frame?.ok && [...frame.body]).toEqual([1, 2, 3]);
});

test("RandomStreams_NeverCrashAndNeverHideAFrameBehindADelimiter", () => {
  const rng = openStream(2, "frame");
  const sound = encodeFrame({ kind: Kind.STATS, session: 1, seq: 7 }, new Uint8Array());
  for (let i = 0; i < 1_000; i++) {
    const decoder = new FrameDecoder(64, isHostKind);
    decoder.push(Uint8Array.from({ length: rng.int(200) }, () => rng.int(256)));
    const frames = [...decoder.push(Uint8Array.of(0)), ...decoder.push(sound)];
    expect(frames.at(-1)).toMatchObject({ ok: true, seq: 7 });
  }
});
