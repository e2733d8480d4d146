import { expect, it } from "vitest";
import type { Grid } from "../../../host/core/index.js";
import { forwardAll, type Network, type Ties } from "../../../host/nn/index.js";
import { chain } from "./graphs.js";

const GRID: Grid = { type: "int8", scale: 0.5, zeroPoint: -3 };

function roundingOf(ties: Ties, nudge?: number): Network {
  const layer = { kind: "fakeQuant" as const, grid: GRID, ties, useNudge: nudge !== undefined };
  const params =
    nudge === undefined ? [] : [["fakeQuant_0/nudge", { data: Float32Array.of(nudge), shape: [1] }] as const];
  return { graph: chain("rounding", [1], layer), params: new Map(params) };
}

async function rounded(network: Network, values: readonly number[]): Promise<number[]> {
  const outputs = await forwardAll(network, { data: Float32Array.from(values), shape: [values.length, 1] });
  return Array.from(outputs.get("fakeQuant_0")?.data ?? []);
}

it("rounds to the nearest step and clamps at the grid's ends", async () => {
  // Integers -128 to 127 stand for -62.5 to 65.
  const x = [0, 0.24, 0.26, -0.24, -0.26, 65.3, -62.8, 1e9, -1e9];
  const y = [0, 0, 0.5, 0, -0.5, 65, -62.5, 65, -62.5];
  expect(await rounded(roundingOf("up"), x)).toEqual(y);
  expect(await rounded(roundingOf("fromInteger0"), x)).toEqual(y);
  expect(await rounded(roundingOf("fromReal0"), x)).toEqual(y);
});

it("takes halves up, away from integer 0, which stands for 1.5 here, or away from 0", async () => {
  const x = [1.25, 1.75, -0.75, 2.25];
  expect(await rounded(roundingOf("up"), x)).toEqual([1.5, 2, -0.5, 2.5]);
  expect(await rounded(roundingOf("fromInteger0"), x)).toEqual([1, 2, -1, 2.5]);
  expect(await rounded(roundingOf("fromReal0"), x)).toEqual([1.5, 2, -1, 2.5]);
});

it("a nudge moves both signs' halves away from 0", async () => {
  expect(await rounded(roundingOf("up", 0.02), [0.22, 0.24, -0.22, -0.24])).toEqual([0, 0.5, 0, -0.5]);
});
