import { describe, expect, it } from "vitest";
import {
  type AttackContext,
  floatOracle,
  type Goal,
  type ParamValue,
  parseParams,
  zoo,
} from "../../../host/attacks/index.js";
import { coordinateMoments, coordinateStep } from "../../../host/attacks/parts/coordinate-adam.js";
import { drawElements } from "../../../host/attacks/parts/draw-elements.js";
import { areProbabilities } from "../../../host/attacks/parts/log-probabilities.js";
import { regionImportance } from "../../../host/attacks/parts/region-importance.js";
import { scoreReader } from "../../../host/attacks/parts/score-reader.js";
import {
  argmax,
  type Batch,
  countOf,
  type Grid,
  type Oracle,
  openStream,
  row,
  snapToGrid,
  zeros,
} from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "./models.js";

const SHAPE = [4, 4, 1];
const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };

function contextOf(
  change: Partial<AttackContext> & { model: Oracle; x: Batch },
  entered: Record<string, ParamValue> = {},
): AttackContext {
  const { x } = change;
  return {
    labels: new Int32Array(countOf(x)),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams("zoo", zoo.params, entered),
    rng: (sample, restart = 0) => openStream(5, "zoo", sample, restart),
    ...change,
  };
}

function lengthOf(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));
}

it("ZOO-ADAM's moves are Adam's, with a count of steps for each element", () => {
  const moments = coordinateMoments(3);
  expect(coordinateStep(moments, 1, 2, 0.01)).toBeCloseTo(-0.01, 9);
  // m = 0.9 * 0.2 - 0.1 = 0.08, v = 0.999 * 0.004 + 0.001 = 0.004996; corrected 0.08 / 0.19, 0.004996 / 0.001999.
  const second = (-0.01 * (0.08 / 0.19)) / Math.sqrt(0.004996 / 0.001999);
  expect(coordinateStep(moments, 1, -1, 0.01)).toBeCloseTo(second, 9);
  expect(coordinateStep(moments, 2, -1e-3, 0.01)).toBeCloseTo(0.01, 6);
  expect(coordinateStep(moments, 0, 0, 0.01)).toBeCloseTo(0, 12);
  expect([...moments.steps]).toEqual([1, 2, 1]);
});

describe("drawn elements", () => {
  it("are distinct, as many as wanted or as there are", () => {
    const drawn = drawElements(new Float64Array(50).fill(1), 20, openStream(1));
    expect(new Set(drawn).size).toBe(20);
    expect([...drawElements([0, 1, 0, 2], 3, openStream(1))]).toEqual([1, 3]);
    expect(drawElements([0, 0], 3, openStream(1))).toHaveLength(0);
  });

  it("come in proportion to their weights", () => {
    const rng = openStream(2);
    const counts = [0, 0, 0];
    for (let round = 0; round < 4000; round++) {
      const [i] = drawElements([1, 2, 5], 1, rng) as unknown as [number];
      counts[i] = (counts[i] as number) + 1;
    }
    [1 / 8, 2 / 8, 5 / 8].forEach((share, i) => {
      expect((counts[i] as number) / 4000).toBeCloseTo(share, 1);
    });
  });
});

it("regions with large derivatives weigh more, unseen ones as the mean, none nothing", () => {
  const importance = regionImportance([16, 16, 1]);
  const weights = new Float64Array(256);
  importance.weigh(weights);
  expect(new Set(weights)).toEqual(new Set([1]));
  // The regions are 2 x 2: elements 0 and 17 share one, 2 lies in the next.
  importance.observe([0, 2], [-3, 0]);
  importance.weigh(weights);
  expect(weights[17]).toBe((3 + 1.5) / 2);
  expect(weights[2]).toBe((0 + 1.5) / 2);
  expect(weights[200]).toBe(1.5);
  for (let i = 0; i < 50; i++) importance.observe([2], [0]);
  importance.weigh(weights);
  expect(weights[2]).toBeGreaterThan(0);
});

describe("scores of any scale", () => {
  const logits = Float32Array.of(2, -1, 0.5);
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  const probabilities = logits.map((z) => Math.exp(z) / total);
  const labels = Int32Array.of(0, 0);

  it("give the same lead as logits and as probabilities", () => {
    expect(areProbabilities(logits)).toBe(false);
    expect(areProbabilities(probabilities)).toBe(true);
    const reader = scoreReader({ classes: 3 }, labels, { kind: "untargeted" });
    expect(reader.lead(logits, 0)).toBeCloseTo(-1.5, 6);
    expect(reader.lead(probabilities, 1)).toBeCloseTo(-1.5, 6);
    const targeted = scoreReader({ classes: 3 }, labels, { kind: "targeted", targets: Int32Array.of(1, 1) });
    expect(targeted.lead(probabilities, 0)).toBeCloseTo(-3, 6);
    expect(targeted.logProbability(logits, 1, 1)).toBeCloseTo(-1 - Math.log(total), 6);
  });

  it("are what the oracle says they are, whatever they look like", () => {
    const leadOf = (scoresAre: "logits" | "probabilities" | undefined, ...scores: number[]): number =>
      scoreReader({ classes: 3, ...(scoresAre && { scoresAre }) }, labels, { kind: "untargeted" }).lead(
        Float32Array.from(scores),
        0,
      );
    // These logits look like probabilities, and those shares, rounded to int8, do not.
    expect(leadOf("logits", 0.5, 0.25, 0.25)).toBeCloseTo(-0.25, 6);
    expect(leadOf(undefined, 0.5, 0.25, 0.25)).toBeCloseTo(-Math.log(2), 6);
    expect(leadOf("probabilities", 0.5, 0.25, 0.125)).toBeCloseTo(-Math.log(2), 6);
    expect(leadOf(undefined, 0.5, 0.25, 0.125)).toBeCloseTo(-0.25, 6);
  });

  it("take a quantised zero for half a step, and stay finite", () => {
    const reader = scoreReader({ classes: 3 }, labels, { kind: "untargeted" });
    expect(reader.lead(Float32Array.of(255 / 256, 0, 0), 0)).toBeCloseTo(Math.log(1 / 512) - Math.log(255 / 256), 12);
    expect(reader.lead(Float32Array.of(1, 0, 0), 1)).toBeCloseTo(-Math.log(512), 12);
    expect(reader.lead(Float32Array.of(1 - 2 ** -15, 2 ** -15, 0), 1)).toBeCloseTo(Math.log(2 ** -15), 4);
  });
});

describe("on a linear model", () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const difference = (weights[1] as Float64Array).map((w, i) => w - ((weights[0] as Float64Array)[i] as number));
  const x = { data: new Float32Array(16).fill(0.5), shape: [1, ...SHAPE] };
  const norm = Math.hypot(...difference);
  difference.forEach((w, i) => {
    x.data[i] = 0.5 - (0.06 * w) / norm;
  });

  it("finds nearly the nearest point beyond the boundary, which is 0.06 away", async () => {
    const entered = { steps: 300, binarySteps: 9, coordinates: 16, abortEarly: false, learningRate: 0.001 };
    const oracle = floatOracle(model);
    const [batch] = (await zoo.run(contextOf({ model: oracle, x }, entered))) as [Batch];
    expect(argmax(await model.logits(batch).then(({ data }) => data))).toBe(1);
    const length = lengthOf(batch.data, x.data);
    expect(length).toBeGreaterThan(0.06 - 1e-6);
    expect(length).toBeLessThan(0.0612);
  });

  it("asks for no derivative where the point fools already", async () => {
    const oracle = floatOracle(model);
    const entered = { steps: 10, binarySteps: 1, coordinates: 16, abortEarly: false, learningRate: 0.5 };
    await zoo.run(contextOf({ model: oracle, x }, entered));
    // The clean sample; a step of 16 elements and its point, which fools; steps that shrink it, one query each.
    expect(oracle.queries.get(0)).toBeLessThan(1 + 10 * 33);
    expect((oracle.queries.get(0) as number) % 32).toBe(11);
  });

  it("keeps the confidence asked for", async () => {
    const entered = { steps: 200, coordinates: 16, binarySteps: 6, confidence: 0.5, initialConst: 1 };
    const [batch] = (await zoo.run(contextOf({ model: floatOracle(model), x }, entered))) as [Batch];
    const { data } = await model.logits(batch);
    expect((data[1] as number) - (data[0] as number)).toBeGreaterThanOrEqual(0.5);
    expect((data[1] as number) - (data[0] as number)).toBeLessThan(0.7);
  });
});

describe("samples", () => {
  const network = curvedModel(SHAPE, 4);
  const x = samplesFor(network, 6);

  it("that are misclassified come back as they are, for one query", async () => {
    const labels = (await labelsOf(network, x)).map((label) => (label + 1) % 4);
    const model = floatOracle(network);
    const [batch] = (await zoo.run(contextOf({ model, x, labels }))) as [Batch];
    expect(batch).toEqual(x);
    expect([...model.queries.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it.each([0, 1, 3, 4, 50, 333])("ask no more than a budget of %i", async (budget) => {
    const labels = await labelsOf(network, x);
    const model = floatOracle(network, { budget });
    const [batch] = (await zoo.run(contextOf({ model, x, labels }, { coordinates: 16 }))) as [Batch];
    expect(Math.max(0, ...model.queries.values())).toBeLessThanOrEqual(budget);
    if (budget === 0) expect(batch.data.every(Number.isNaN)).toBe(true);
  });

  it("of which none is targeted beyond what its goal asks", async () => {
    const labels = await labelsOf(network, x);
    const goal: Goal = { kind: "targeted", targets: labels.map((label) => (label + 2) % 4) };
    const entered = { steps: 60, coordinates: 16, binarySteps: 4 };
    const [batch] = (await zoo.run(contextOf({ model: floatOracle(network), x, labels, goal }, entered))) as [Batch];
    const logits = await network.logits(batch);
    let hits = 0;
    for (let i = 0; i < 6; i++) {
      if (Number.isNaN(row(batch, i)[0] as number)) continue;
      expect(argmax(row(logits, i))).toBe(goal.targets[i]);
      hits++;
    }
    expect(hits).toBeGreaterThanOrEqual(4);
  });
});

describe("on a quantised oracle", () => {
  const network = curvedModel(SHAPE, 4);
  const x = samplesFor(network, 6);

  it("asks grid points only, and finds by differences of a step", async () => {
    const labels = await labelsOf(network, x);
    const base = floatOracle(network);
    let isOnGrid = true;
    const model: Oracle = {
      ...base,
      grid: GRID,
      query(batch, samples) {
        const snapped = snapToGrid(batch.data, GRID);
        isOnGrid &&= batch.data.every((value, i) => value === snapped[i]);
        return base.query(batch, samples);
      },
    };
    const [batch] = (await zoo.run(contextOf({ model, x, labels }, { steps: 60, coordinates: 16 }))) as [Batch];
    expect(isOnGrid).toBe(true);
    const logits = await network.logits(batch);
    const fooled = Array.from({ length: 6 }, (_, i) => argmax(row(logits, i)) !== labels[i]);
    expect(fooled.filter(Boolean).length).toBeGreaterThanOrEqual(5);
  });

  it("says that flat scores defeated it, and asks for one constant only", async () => {
    const notes: string[] = [];
    const { model: linear } = linearModel(SHAPE, 2);
    const logits = async (batch: Batch): Promise<Batch> => {
      const out = zeros([countOf(batch), 2]);
      for (let i = 0; i < countOf(batch); i++) row(out, i).set([1, 0]);
      return out;
    };
    const model = floatOracle({ ...linear, logits });
    const context = contextOf({ model, x, note: (line) => notes.push(line) }, { coordinates: 8, steps: 3 });
    const [batch] = (await zoo.run(context)) as [Batch];
    expect(batch.data.every(Number.isNaN)).toBe(true);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toBe(
      "6 of 6 samples: the scores never changed at any element probed: the model is flat there, in its logits too",
    );
    expect(Math.max(...model.queries.values())).toBeLessThanOrEqual(1 + 3 * 17);
  });
});
