import { describe, expect, it } from "vitest";
import { floatOracle } from "../../../../host/attacks/index.js";
import { finiteDifferences, probeDistance } from "../../../../host/attacks/parts/finite-difference.js";
import { type Batch, countOf, type Grid, type Oracle, row, snapToGrid, zeros } from "../../../../host/core/index.js";
import { linearModel } from "../models.js";

const GRID: Grid = { type: "int8", scale: 2 ** -8, zeroPoint: -128 };

/** A black box of one score, and the points it was asked. */
function oracleOf(
  score: (x: Float32Array) => number,
  size: number,
  grid?: Grid,
): { model: Oracle; calls: { x: Batch; samples: readonly number[] }[] } {
  const calls: { x: Batch; samples: readonly number[] }[] = [];
  const base = floatOracle(linearModel([size], 2).model);
  return {
    calls,
    model: {
      ...base,
      ...(grid && { grid }),
      async query(x, samples) {
        calls.push({ x: { data: x.data.slice(), shape: x.shape }, samples });
        const out = zeros([countOf(x), 2]);
        for (let i = 0; i < countOf(x); i++) row(out, i)[0] = score(row(x, i));
        return out;
      },
    },
  };
}

const first = (scores: Float32Array): number => scores[0] as number;

describe("finite differences", () => {
  const weights = [3, -2, 0, 0.5];
  const linear = (x: Float32Array): number => x.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
  const square = (x: Float32Array): number =>
    x.reduce((sum, value, i) => sum + value * value * (weights[i] as number), 0);
  const points = { data: Float32Array.of(0.5, 0.25, 0.75, 0.5, 0.125, 0.5, 0.5, 0.25), shape: [2, 4] };

  it("are exact for a linear function, in the order asked for", async () => {
    const { model, calls } = oracleOf(linear, 4);
    const probe = {
      points,
      samples: [7, 9],
      elements: [
        [0, 1, 2, 3],
        [3, 0],
      ],
      distance: 2 ** -6,
    };
    const slopes = await finiteDifferences(model, probe, first);
    expect(slopes.map((list) => [...list])).toEqual([weights, [0.5, 3]]);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.samples).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 9, 9, 9, 9]);
  });

  it("are exact for a quadratic function, where both sides are whole", async () => {
    const { model } = oracleOf(square, 4);
    const probe = {
      points,
      samples: [0, 1],
      elements: [
        [0, 1, 2, 3],
        [0, 3],
      ],
      distance: 2 ** -6,
    };
    const slopes = await finiteDifferences(model, probe, first);
    expect(slopes.map((list) => [...list])).toEqual([
      [3, -1, 0, 0.5],
      [0.75, 0.25],
    ]);
  });

  it("divide by the distance that the bounds leave", async () => {
    const { model, calls } = oracleOf(linear, 4);
    const corner = { data: Float32Array.of(1, 0, 1 - 2 ** -8, 0.5), shape: [1, 4] };
    const probe = { points: corner, samples: [0], elements: [[0, 1, 3]], distance: 2 ** -6 };
    expect([...((await finiteDifferences(model, probe, first))[0] as Float64Array)]).toEqual([3, -2, 0.5]);
    expect(calls[0]?.x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("go to a grid's neighbours at least, and to grid points only", async () => {
    const { model, calls } = oracleOf(linear, 4, GRID);
    const probe = { points, samples: [0, 1], elements: [[0, 1], [3]], distance: 1e-4 };
    const slopes = await finiteDifferences(model, probe, first);
    expect(slopes.map((list) => [...list])).toEqual([[3, -2], [0.5]]);
    const asked = calls[0]?.x as Batch;
    expect(asked.data).toEqual(snapToGrid(asked.data, GRID));
    expect((row(asked, 0)[0] as number) - (row(asked, 1)[0] as number)).toBe(2 * 2 ** -8);
  });

  it("fill calls across rows", async () => {
    const size = 100;
    const { model, calls } = oracleOf((x) => x[5] as number, size);
    const elements = [0, 1, 2].map(() => Array.from({ length: size }, (_, i) => i));
    const middle = { data: new Float32Array(3 * size).fill(0.5), shape: [3, size] };
    const slopes = await finiteDifferences(
      model,
      { points: middle, samples: [0, 1, 2], elements, distance: 0.25 },
      first,
    );
    expect(calls.map(({ x }) => countOf(x))).toEqual([256, 256, 88]);
    for (const list of slopes) expect([...list]).toEqual(elements[0]?.map((i) => Number(i === 5)));
  });

  it("end with the time there is, in the middle of a round", async () => {
    const size = 100;
    const oracle = oracleOf((x) => x[5] as number, size);
    const model = { ...oracle.model, remaining: () => (oracle.calls.length < 2 ? 1000 : 0) };
    const elements = [0, 1, 2].map(() => [5, ...new Array<number>(size - 1).fill(0)]);
    const middle = { data: new Float32Array(3 * size).fill(0.5), shape: [3, size] };
    const probe = { points: middle, samples: [0, 1, 2], elements, distance: 0.25 };
    const slopes = await finiteDifferences(model, probe, first);
    expect(oracle.calls).toHaveLength(2);
    expect(slopes.map((list) => list[0])).toEqual([1, 1, 1]);
  });

  it("are none where no element is asked for", async () => {
    const { model, calls } = oracleOf(linear, 4);
    expect(
      await finiteDifferences(model, { points, samples: [0, 1], elements: [[], []], distance: 0.1 }, first),
    ).toEqual([new Float64Array(0), new Float64Array(0)]);
    expect(calls).toEqual([]);
  });
});

it("a distance on a grid is whole steps, rounded up", () => {
  const step = 2 ** -8;
  expect([1e-9, step, 1.5 * step, 2 * step].map((distance) => probeDistance(distance, GRID) / step)).toEqual([
    1, 1, 2, 2,
  ]);
  expect(probeDistance(1e-4, undefined)).toBe(1e-4);
});
