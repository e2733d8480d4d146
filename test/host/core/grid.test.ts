import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromGrid, type Grid, type QuantType, rangeOf, snapToGrid, toGrid } from "../../../host/core/index.js";

interface GridCase {
  name: string;
  origin: string;
  grid: { type: QuantType; scale: number; zero_point: number };
  input_hex: string;
  expect: [{ ok: string }];
}

const file = new URL("../../vectors/grid.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GridCase[] };
const INT8: Grid = { type: "int8", scale: 1 / 255, zeroPoint: -128 };

describe("toGrid", () => {
  it.each(cases)("equals the vector: $name ($origin)", ({ grid, input_hex, expect: [{ ok }] }) => {
    const x = new Float32Array(Uint8Array.from(Buffer.from(input_hex, "hex")).buffer);
    const q = toGrid(x, { type: grid.type, scale: grid.scale, zeroPoint: grid.zero_point });
    expect(Buffer.from(q.buffer, q.byteOffset, q.byteLength).toString("hex")).toBe(ok);
  });

  it("has vectors for every type", () => {
    expect(new Set(cases.map(({ grid }) => grid.type))).toEqual(new Set(["int8", "uint8", "int16"]));
  });

  it("clamps infinities and values whose steps overflow any integer", () => {
    expect([...toGrid(Float32Array.of(Infinity, -Infinity, 3e38, -3e38), INT8)]).toEqual([127, -128, 127, -128]);
  });

  it("refuses NaN and says where it is", () => {
    expect(() => toGrid(Float32Array.of(0, Number.NaN), INT8)).toThrow(/value 1 .* is NaN/);
  });
});

describe("fromGrid", () => {
  it.each(["int8", "uint8", "int16"] as const)("gives every %s back to itself", (type) => {
    const [min, max] = rangeOf(type);
    const grid: Grid = { type, scale: 0.0173, zeroPoint: 5 };
    const all = toGrid(
      Float32Array.from({ length: max - min + 1 }, (_, i) => (min + i - 5) * 0.0173),
      grid,
    );
    expect([...toGrid(fromGrid(all, grid), grid)]).toEqual([...all]);
    expect([all[0], all.at(-1)]).toEqual([min, max]);
  });
});

describe("snapToGrid", () => {
  it("moves a value by at most half a step, and a second time not at all", () => {
    const x = Float32Array.from({ length: 1001 }, (_, i) => i / 1000);
    const snapped = snapToGrid(x, INT8);
    const worst = x.reduce((most, value, i) => Math.max(most, Math.abs(value - (snapped[i] as number))), 0);
    expect(worst).toBeGreaterThan(0.4 / 255);
    expect(worst).toBeLessThan(0.5001 / 255);
    expect(snapToGrid(snapped, INT8)).toEqual(snapped);
  });
});
