import { describe, expect, it } from "vitest";
import { floatOracle } from "../../../../host/attacks/index.js";
import { limitsOf } from "../../../../host/attacks/parts/domain.js";
import { finishOnGrid, mostFinishQueries } from "../../../../host/attacks/parts/grid-finish.js";
import { gridDirection, pointAt } from "../../../../host/attacks/parts/grid-steps.js";
import {
  argmax,
  type Batch,
  countOf,
  fromGrid,
  type GradientModel,
  type Grid,
  type Norm,
  openStream,
  row,
  snapToGrid,
  toGrid,
  zeros,
} from "../../../../host/core/index.js";
import { distortionOf } from "../../../../host/metrics/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "../models.js";

const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
const INT16: Grid = { type: "int16", scale: Math.fround(1 / 32767), zeroPoint: 0 };

/** Each sample moved by `share` of its way to the decision boundary of a linear model of two classes. */
async function moved(
  { model, weights }: ReturnType<typeof linearModel>,
  x: Batch,
  norm: "l2" | "linf",
  share: number,
): Promise<Batch> {
  const [first, second] = weights as [Float64Array, Float64Array];
  const w = first.map((value, k) => value - (second[k] as number));
  const direction = norm === "l2" ? w : w.map(Math.sign);
  const effect = w.reduce((sum, value, k) => sum + value * (direction[k] as number), 0);
  const logits = await model.logits(x);
  const out = { data: x.data.slice(), shape: x.shape };
  for (let i = 0; i < countOf(x); i++) {
    const lead = (row(logits, i)[0] as number) - (row(logits, i)[1] as number);
    direction.forEach((value, k) => {
      row(out, i)[k] = (row(x, i)[k] as number) - (share * lead * value) / effect;
    });
  }
  return out;
}

/** Samples whose distance to the boundary is a fraction of a grid step an element. */
async function nearBoundary(linear: ReturnType<typeof linearModel>, n: number): Promise<Batch> {
  const x = samplesFor(linear.model, n);
  const middle = { data: x.data.map((value) => 0.4 + 0.2 * value), shape: x.shape };
  const near = await moved(linear, middle, "l2", 0.99);
  return { data: snapToGrid(near.data, GRID), shape: x.shape };
}

async function fooled(model: GradientModel, x: Batch, labels: Int32Array): Promise<boolean[]> {
  const logits = await model.logits(x);
  return Array.from(labels, (label, i) => argmax(row(logits, i)) !== label);
}

function finish(model: GradientModel, clean: Batch, found: Batch, labels: Int32Array, norm: Norm, grid = GRID) {
  const samples = Array.from({ length: countOf(clean) }, (_, i) => i);
  const goal = { kind: "untargeted" } as const;
  return finishOnGrid({ judge: model, guide: model, clean, found, labels, goal, samples, norm, grid, stop: () => {} });
}

describe.each(["l2", "linf"] as const)("on a linear model, %s", (norm) => {
  const shape = [6, 6, 3];
  const linear = linearModel(shape, 2);
  const { model } = linear;

  it("fools where plain rounding does not, at hardly more than the exact distance", async () => {
    const clean = await nearBoundary(linear, 24);
    const labels = await labelsOf(model, clean);
    const found = await moved(linear, clean, norm, 1.0001);
    const plain = await fooled(model, { data: snapToGrid(found.data, GRID), shape: found.shape }, labels);
    const finished = await finish(model, clean, found, labels, norm);
    expect(finished.data).toEqual(snapToGrid(finished.data, GRID));
    expect((await fooled(model, finished, labels)).every(Boolean)).toBe(true);
    expect(plain.filter(Boolean).length).toBeLessThan(20);
    for (let i = 0; i < countOf(clean); i++) {
      const exact = distortionOf(row(clean, i), row(found, i))[norm];
      const size = distortionOf(row(clean, i), row(finished, i))[norm];
      // linf cannot end between two steps; l2 gains from leaving small elements out.
      if (norm === "linf") expect(size).toBeLessThanOrEqual((Math.ceil(exact / GRID.scale) + 1e-3) * GRID.scale);
      else expect(size).toBeLessThanOrEqual(exact * 1.1 + 2 * GRID.scale);
    }
  });

  it("comes as near as the continuous solution on a fine grid", async () => {
    const clean = await nearBoundary(linear, 24);
    const labels = await labelsOf(model, clean);
    const found = await moved(linear, clean, norm, 1.0001);
    const finished = await finish(model, clean, found, labels, norm, INT16);
    for (let i = 0; i < countOf(clean); i++) {
      const exact = distortionOf(row(clean, i), row(found, i))[norm];
      expect(distortionOf(row(clean, i), row(finished, i))[norm]).toBeLessThan(1.02 * exact + 2 * INT16.scale);
    }
  });
});

describe("what it asks", () => {
  const linear = linearModel([6, 6, 3], 2);
  const { model } = linear;

  /** Queries of one sample where `answer` says of each, counted from 0, whether it fools. */
  async function queriesOf(norm: Norm, hasGuide: boolean, answer: (query: number) => boolean): Promise<number> {
    const clean = { data: snapToGrid(samplesFor(model, 1).data, GRID), shape: [1, 6, 6, 3] };
    const found = await moved(linear, clean, "l2", 1);
    const labels = await labelsOf(model, clean);
    let asked = 0;
    const judge = {
      ...floatOracle(model),
      async query(): Promise<Batch> {
        const fooling = answer(asked++) ? 1 - (labels[0] as number) : (labels[0] as number);
        return { data: Float32Array.of(1 - fooling, fooling), shape: [1, 2] };
      },
    };
    const goal = { kind: "untargeted" } as const;
    const guide = hasGuide ? model : undefined;
    const shared = { clean, found, labels, goal, samples: [0], norm, grid: GRID, stop: () => {} };
    await finishOnGrid({ ...shared, judge, guide });
    return asked;
  }

  it.each(["l1", "l2", "linf", "l0"] as const)(
    "%s: is within the bound, which the worst case reaches",
    async (norm) => {
      for (const hasGuide of [false, true]) {
        const bound = mostFinishQueries(norm, hasGuide);
        expect(bound).toBe(hasGuide && norm !== "l0" ? 49 : 17);
        // Each direction fools at its end alone, and then at every halving.
        expect(await queriesOf(norm, hasGuide, (query) => query > 0 && (query - 1) % 16 >= 7)).toBe(bound);
        expect(await queriesOf(norm, hasGuide, () => false)).toBeLessThan(bound);
        const rng = openStream(5, norm);
        for (let draw = 0; draw < 20; draw++) {
          const share = rng.uniform(0, 0.5);
          const asked = await queriesOf(norm, hasGuide, () => rng.uniform(0, 1) < share);
          expect(asked).toBeLessThanOrEqual(bound);
        }
      }
    },
  );
});

describe("against every integer point of a small model", () => {
  /** Six inputs: all points within two steps of the clean one are 15,625. */
  const { model, weights } = linearModel([6], 2);
  const bias = 0.004;
  const w = (weights[0] as Float64Array).map((value, k) => value - ((weights[1] as Float64Array)[k] as number));

  it.each(["l1", "l2", "linf"] as const)("%s: never more than a step above the best", async (norm) => {
    const clean = { data: snapToGrid(Float32Array.of(0.5, 0.4, 0.6, 0.3, 0.45, 0.55), GRID), shape: [1, 6] };
    const lead = w.reduce((sum, value, k) => sum + value * (clean.data[k] as number), 0);
    const shifted: GradientModel = {
      ...model,
      logits: async (x) => {
        const logits = zeros([countOf(x), 2]);
        for (let i = 0; i < countOf(x); i++) {
          row(logits, i)[0] = w.reduce((s, v, k) => s + v * (row(x, i)[k] as number), 0) - lead + bias;
        }
        return logits;
      },
    };
    const square = w.reduce((sum, value) => sum + value * value, 0);
    const found = {
      data: clean.data.map((value, k) => value - (1.001 * bias * (w[k] as number)) / square),
      shape: [1, 6],
    };
    const finished = await finish(shifted, clean, found, Int32Array.of(0), norm);
    let best = Number.POSITIVE_INFINITY;
    const origin = toGrid(clean.data, GRID);
    for (let code = 0; code < 5 ** 6; code++) {
      const point = origin.map((value, k) => value + (Math.floor(code / 5 ** k) % 5) - 2);
      const values = fromGrid(Int8Array.from(point), GRID);
      const margin = w.reduce((s, v, k) => s + v * (values[k] as number), 0) - lead + bias;
      if (Math.fround(margin) < 0) best = Math.min(best, distortionOf(clean.data, values)[norm]);
    }
    expect(best).toBeLessThan(1);
    const size = distortionOf(clean.data, finished.data)[norm];
    expect(size).toBeGreaterThanOrEqual(best - 1e-6);
    expect(size).toBeLessThanOrEqual(best + GRID.scale);
  });
});

describe("special rows", () => {
  const model = curvedModel([4, 4, 3], 5);
  const clean = samplesFor(model, 4);

  it("stay NaN, stay clean where misclassified, and end rounded where nothing fools", async () => {
    const labels = await labelsOf(model, clean);
    labels[1] = ((labels[1] as number) + 1) % 5;
    const found = { data: clean.data.slice(), shape: clean.shape };
    row(found, 0).fill(Number.NaN);
    row(found, 1)[0] = (row(found, 1)[0] as number) > 0.5 ? 0 : 1;
    row(found, 2)[0] = Math.fround((row(found, 2)[0] as number) * 0.999);
    row(found, 3)[1] = Math.fround((row(found, 3)[1] as number) * 0.999);
    const finished = await finish(model, clean, found, labels, "l2");
    expect(row(finished, 0).every(Number.isNaN)).toBe(true);
    expect(row(finished, 1)).toEqual(row(clean, 1));
    expect(row(finished, 2)).toEqual(snapToGrid(row(found, 2), GRID));
    expect(row(finished, 3)).toEqual(snapToGrid(row(found, 3), GRID));
  });

  it("that fooled the attacked model as they were are moved until they fool the judge", async () => {
    const labels = await labelsOf(model, clean);
    // Nothing was found, since nothing had to be: the judge alone has all of them right.
    const shared = { clean, found: clean, labels, goal: { kind: "untargeted" } as const, samples: [0, 1, 2, 3] };
    const finished = await finishOnGrid({
      ...shared,
      norm: "l2",
      grid: GRID,
      judge: model,
      guide: model,
      stop: () => {},
    });
    expect((await fooled(model, finished, labels)).filter(Boolean).length).toBeGreaterThanOrEqual(3);
    expect(finished.data).toEqual(snapToGrid(finished.data, GRID));
  });

  it("asks an oracle no more than it may", async () => {
    const labels = await labelsOf(model, clean);
    const found = { data: clean.data.map((value) => Math.fround(1 - value)), shape: clean.shape };
    const samples = [5, 6, 7, 8];
    const goal = { kind: "untargeted" } as const;
    const judge = floatOracle(model, { gives: "labels", budget: 3 });
    const shared = { clean, found, labels, goal, samples, norm: "l2", grid: GRID, stop: () => {} } as const;
    await finishOnGrid({ ...shared, judge });
    expect([...judge.queries.values()]).toEqual([3, 3, 3, 3]);
  });
});

describe("pointAt", () => {
  const origin = Int8Array.of(0, 126, -127, 5);
  const direction = gridDirection(origin, Float64Array.of(0.4, 3, -2, 0));
  const limits = limitsOf(GRID, [0, 1]);
  const at = (t: number, norm: Norm): number[] => {
    const out = origin.slice();
    pointAt(direction, t, norm, limits, out);
    return Array.from(out, (value, i) => value - (origin[i] as number));
  };

  it("keeps to the values inside the bounds", () => {
    expect(limits).toEqual([-128, 127]);
    expect(limitsOf(GRID, [0.5, 2])).toEqual([0, 127]);
  });

  it.each([
    ["l2", 1, [0, 1, -1, 0]],
    ["l2", 2, [1, 1, -1, 0]],
    ["linf", 1, [1, 1, -1, 0]],
    ["linf", 0.3, [0, 1, 0, 0]],
    ["l0", 0.5, [0, 1, -1, 0]],
    ["l0", 0.3, [0, 1, 0, 0]],
    ["l0", 1, [1, 1, -1, 0]],
    ["l0", 3, [2, 1, -1, 0]],
  ] as const)("%s at %f", (norm, t, moved) => {
    expect(at(t, norm).map((value) => value + 0)).toEqual([...moved]);
  });
});

it("finds smaller points than the attack's own direction has, where the boundary curves", async () => {
  const model = curvedModel([4, 4, 3], 5);
  const clean = samplesFor(model, 8);
  const labels = await labelsOf(model, clean);
  // A poor direction: all elements alike.
  const found = { data: clean.data.map((value) => (value > 0.5 ? value - 0.2 : value + 0.2)), shape: clean.shape };
  const shared = { clean, found, labels, goal: { kind: "untargeted" } as const, samples: [0, 1, 2, 3, 4, 5, 6, 7] };
  const options = { ...shared, norm: "l2" as const, grid: GRID, judge: model, stop: () => {} };
  const [own, guided] = [await finishOnGrid(options), await finishOnGrid({ ...options, guide: model })];
  const [before, after] = [await fooled(model, own, labels), await fooled(model, guided, labels)];
  const both = before.flatMap((hit, i) => (hit && after[i] ? [i] : []));
  expect(both.length).toBeGreaterThan(2);
  for (const i of both) {
    const size = (batch: Batch): number => distortionOf(row(clean, i), row(batch, i)).l2;
    expect(size(guided)).toBeLessThan(size(own));
  }
});
