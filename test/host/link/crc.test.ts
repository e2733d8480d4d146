import { describe, expect, test } from "vitest";
import { crc32 } from "../../../host/link/index.js";
import { cuts, readVectors, unhex, type VectorCase } from "./vectors.js";

describe("crc vectors", () => {
  for (const { name, input_hex, expect: expected } of readVectors<VectorCase<string>>("crc")) {
    test(name, () => {
      for (const { how, pieces } of cuts(unhex(input_hex), name)) {
        const crc = pieces.reduce((before, piece) => crc32(piece, before), 0);
        expect([{ ok: crc.toString(16).padStart(8, "0") }], how).toEqual(expected);
      }
    });
  }
});
