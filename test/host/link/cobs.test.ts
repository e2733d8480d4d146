import { describe, expect, test } from "vitest";
import { openStream } from "../../../host/core/index.js";
import { cobsDecode, cobsEncode, cobsMaxEncoded } from "../../../host/link/index.js";
import { hex, readVectors, unhex, type VectorCase } from "./vectors.js";

function encode(raw: Uint8Array): Uint8Array {
  const out = new Uint8Array(cobsMaxEncoded(raw.length));
  return out.subarray(0, cobsEncode(raw, out));
}

describe("cobs vectors", () => {
  for (const { name, input_hex, expect: expected, encode: encodes } of readVectors<VectorCase<string>>("cobs")) {
    test(name, () => {
      const [want] = expected;
      const decoded = cobsDecode(unhex(input_hex));
      expect(decoded === null ? { reason: "bad_cobs" } : { ok: hex(decoded) }).toEqual(want);
      if (encodes && want && "ok" in want) expect(hex(encode(unhex(want.ok)))).toBe(input_hex);
    });
  }
});

test("RandomPackets_ComeBackWithoutZeros", () => {
  const rng = openStream(1, "cobs");
  for (let i = 0; i < 2_000; i++) {
    const zeros = rng.uniform();
    const raw = Uint8Array.from({ length: rng.int(1_100) }, () => (rng.uniform() < zeros ? 0 : rng.int(256)));
    const encoded = encode(raw);
    expect(encoded.includes(0)).toBe(false);
    expect(hex(cobsDecode(encoded) as Uint8Array)).toBe(hex(raw));
  }
});

test("RandomBytes_NeverCrashTheDecoder", () => {
  const rng = openStream(2, "cobs");
  for (let i = 0; i < 5_000; i++) {
    const encoded = Uint8Array.from({ length: rng.int(300) }, () => rng.int(rng.int(256) + 1));
    const decoded = cobsDecode(encoded);
    if (decoded !== null) expect(decoded.length).toBeLessThan(encoded.length);
  }
});

test("Encode_WritesWhereItIsTold", () => {
  const out = new Uint8Array(8).fill(9);
  expect(cobsEncode(Uint8Array.of(1, 0), out, 2)).toBe(5);
  expect([...out]).toEqual([9, 9, 2, 1, 1, 9, 9, 9]);
});
