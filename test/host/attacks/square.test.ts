import { describe, expect, it } from "vitest";
import {
  type AttackContext,
  floatOracle,
  type Goal,
  type ParamValue,
  parseParams,
  square,
} from "../../../host/attacks/index.js";
import { type Batch, countOf, type Oracle, openStream, row, zeros } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "./models.js";

const SHAPE = [4, 4, 1];

function contextOf(
  change: Partial<AttackContext> & { model: Oracle; x: Batch },
  entered: Record<string, ParamValue> = {},
): AttackContext {
  const { x } = change;
  return {
    labels: new Int32Array(countOf(x)),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [0.05],
    params: parseParams("square", square.params, entered),
    rng: (sample, restart = 0) => openStream(5, "square", sample, restart),
    ...change,
  };
}

/** A black box that answers by a function of the row. */
function oracleOf(answer: (x: Float32Array) => readonly number[], budget = Number.POSITIVE_INFINITY): Oracle {
  const { model } = linearModel(SHAPE, 2);
  const logits = async (x: Batch): Promise<Batch> => {
    const out = zeros([countOf(x), 2]);
    for (let i = 0; i < countOf(x); i++) row(out, i).set(answer(row(x, i)));
    return out;
  };
  return floatOracle({ ...model, logits }, { budget });
}

const greys = (n: number): Batch => ({ data: new Float32Array(n * 16).fill(0.5), shape: [n, ...SHAPE] });

it("ends in the corner of highest loss of a linear model that nothing fools", async () => {
  const { weights } = linearModel(SHAPE, 2);
  const w = weights[0] as Float64Array;
  const model = oracleOf((x) => [1e3, x.reduce((sum, value, i) => sum + value * (w[i] as number), 0)]);
  const [batch] = (await square.run(contextOf({ model, x: greys(2) }, { steps: 400 }))) as [Batch];
  for (let i = 0; i < 2; i++) {
    w.forEach((weight, k) => {
      expect(row(batch, i)[k]).toBeCloseTo(0.5 + 0.05 * Math.sign(weight), 6);
    });
  }
});

it("asks once where the start fools, and once a step where nothing does", async () => {
  const fooled = oracleOf(() => [0, 1]);
  await square.run(contextOf({ model: fooled, x: greys(3) }, { steps: 20 }));
  expect([...fooled.queries.values()]).toEqual([1, 1, 1]);
  const robust = oracleOf((x) => [5 + (x[0] as number), 1]);
  await square.run(contextOf({ model: robust, x: greys(3) }, { steps: 20 }));
  expect([...robust.queries.values()]).toEqual([21, 21, 21]);
});

it("says for which eps it asks, whatever their order", async () => {
  const model = oracleOf((x) => [5 + (x[0] as number), 1]);
  const told: [number, number][] = [];
  const beginBudget = (budget: number): void => void told.push([budget, model.queries.get(0) ?? 0]);
  await square.run(contextOf({ model, x: greys(1), eps: [0.05, 0.02], beginBudget }, { steps: 9 }));
  expect(told).toEqual([
    [1, 0],
    [0, 10],
  ]);
});

describe("a budget of queries", () => {
  const network = curvedModel(SHAPE, 4);
  const x = samplesFor(network, 6);
  const eps = [0.002, 0.003, 0.004];

  it.each([1, 2, 7, 30])("of %i is kept, whatever the number of eps", async (budget) => {
    const labels = await labelsOf(network, x);
    for (const list of [[0.002], eps]) {
      const model = floatOracle(network, { budget });
      await square.run(contextOf({ model, x, labels, eps: list }, { steps: 100 }));
      const asked = x.shape[0] === 6 ? [...model.queries.values()] : [];
      expect(Math.max(...asked)).toBeLessThanOrEqual(budget);
      if (list.length === 1) expect(Math.max(...asked)).toBe(budget);
    }
  });

  it("is shared by the eps, the largest getting what is left", async () => {
    const asked: number[] = [];
    const model = oracleOf((row) => {
      asked.push(Math.max(...row.map((value) => Math.abs(value - 0.5))));
      return [5 + (row[0] as number), 1];
    }, 31);
    await square.run(contextOf({ model, x: greys(1), eps: [0.3, 0.1, 0.2] }, { steps: 100 }));
    const count = (size: number): number => asked.filter((value) => Math.abs(value - size) < 1e-6).length;
    expect([count(0.1), count(0.2), count(0.3)]).toEqual([10, 10, 11]);
  });

  it("that is spent before the start leaves NaN", async () => {
    const labels = await labelsOf(network, x);
    const model = { ...floatOracle(network), remaining: (sample: number) => (sample === 2 ? 0 : 50) };
    const [batch] = (await square.run(contextOf({ model, x, labels }, { steps: 10 }))) as [Batch];
    expect(row(batch, 2).every(Number.isNaN)).toBe(true);
    expect(row(batch, 3).some(Number.isNaN)).toBe(false);
    expect(model.queries.has(2)).toBe(false);
  });
});

it("returns the point of a smaller eps where only that one fooled", async () => {
  const model = oracleOf((x) => (Math.max(...x.map((value) => Math.abs(value - 0.5))) < 0.11 ? [0, 1] : [1, 0]));
  const batches = await square.run(contextOf({ model, x: greys(2), eps: [0.2, 0.1] }, { steps: 5 }));
  expect(batches[0]).toEqual(batches[1]);
  expect(Math.abs((batches[0] as Batch).data[0] as number) - 0.5).toBeLessThan(0.11);
});

describe("scores that never change", () => {
  it("are told, with the number of samples and queries", async () => {
    const notes: string[] = [];
    const scores = oracleOf((x) => ((x[0] as number) > 0.9 ? [0, 1] : [1, 0]));
    const model = { ...scores, scoresAre: "probabilities" } as const;
    const x = greys(3);
    row(x, 1).fill(0.95);
    const context = contextOf({ model, x, note: (line) => notes.push(line) }, { steps: 30 });
    await square.run(context);
    expect(notes).toEqual([
      "2 of 3 samples: the scores never changed in 31 queries (saturated softmax): ask for the tensor before the softmax, with --oracle-scores logits",
    ]);
    notes.length = 0;
    await square.run({ ...context, model: oracleOf(() => [1, 0]) });
    expect(notes).toEqual([
      "3 of 3 samples: the scores never changed in 31 queries: the model is flat there, in its logits too",
    ]);
  });

  it("are not told of scores that do", async () => {
    const notes: string[] = [];
    const model = oracleOf((x) => [5 + (x[0] as number), 1]);
    await square.run(contextOf({ model, x: greys(3), note: (line) => notes.push(line) }, { steps: 30 }));
    expect(notes).toEqual([]);
  });

  it("let the search wander over their plateau, to where they do change", async () => {
    // A step down needs both: a strict search would have to draw them in one square.
    const corners = (x: Float32Array): number => Number((x[0] as number) > 0.5) + Number((x[15] as number) > 0.5);
    const model = oracleOf((x) => (corners(x) === 2 ? [0, 1] : [1, 0]));
    const [batch] = (await square.run(contextOf({ model, x: greys(8) }, { steps: 400, pInit: 0.05 }))) as [Batch];
    for (let i = 0; i < 8; i++) expect(corners(row(batch, i))).toBe(2);
  });
});

it("raises the target's probability, not merely its lead", async () => {
  // Class 2 is ahead of class 1 by what pixel 0 says; the target's own score falls with pixel 15.
  const { model: linear } = linearModel(SHAPE, 3);
  const logits = async (x: Batch): Promise<Batch> => {
    const out = zeros([countOf(x), 3]);
    for (let i = 0; i < countOf(x); i++) {
      const values = row(x, i);
      row(out, i).set([9, 9 + (values[0] as number) / 10, -(values[15] as number)]);
    }
    return out;
  };
  const model = floatOracle({ ...linear, logits });
  const goal: Goal = { kind: "targeted", targets: Int32Array.of(2) };
  const [batch] = (await square.run(contextOf({ model, x: greys(1), goal }, { steps: 200 }))) as [Batch];
  expect(batch.data[0]).toBeCloseTo(0.45, 6);
  expect(batch.data[15]).toBeCloseTo(0.45, 6);
});

it("refuses what is no image", async () => {
  const { model } = linearModel([16], 2);
  const x = { data: new Float32Array(16), shape: [1, 16] };
  await expect(square.run(contextOf({ model: floatOracle(model), x }))).rejects.toMatchObject({ code: "USAGE" });
});
