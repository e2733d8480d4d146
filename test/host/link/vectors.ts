/** Reads test/vectors/, and cuts streams the way a line may deliver them. */

import { readFileSync } from "node:fs";
import { openStream } from "../../../host/core/index.js";

export interface VectorCase<Ok> {
  readonly name: string;
  readonly origin: string;
  readonly input_hex: string;
  readonly expect: readonly ({ readonly ok: Ok } | { readonly reason: string })[];
  readonly encode?: boolean;
}

export function readVectors<Case>(layer: string): Case[] {
  const text = readFileSync(new URL(`../../vectors/${layer}.json`, import.meta.url), "utf8");
  const file = JSON.parse(text) as { layer: string; cases: Case[] };
  if (file.layer !== layer || file.cases.length === 0) throw new Error(`${layer}.json holds no cases of ${layer}`);
  return file.cases;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** The stream whole, byte by byte, and cut at seeded random places. */
export function cuts(stream: Uint8Array, name: string): { readonly how: string; readonly pieces: Uint8Array[] }[] {
  const random = [1, 2, 3, 4, 5].map((seed) => {
    const rng = openStream(seed, "cuts", name);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < stream.length; ) {
      const size = 1 + rng.int(Math.min(40, stream.length - at));
      pieces.push(stream.subarray(at, at + size));
      at += size;
    }
    return { how: `random ${seed}`, pieces };
  });
  const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
  return [{ how: "whole", pieces: [stream] }, { how: "byte by byte", pieces: bytes }, ...random];
}
