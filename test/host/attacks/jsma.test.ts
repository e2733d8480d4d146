import { describe, expect, it } from "vitest";
import { type AttackContext, jsma, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { curvedModel, labelsOf, modelOf, samplesFor } from "./models.js";

async function fool(
  model: GradientModel,
  x: Batch,
  entered: Record<string, ParamValue> = {},
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const [found] = await jsma.run({
    model,
    x,
    labels: await labelsOf(model, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "l0",
    params: parseParams("jsma", jsma.params, entered),
    rng: (sample, restart = 0) => openStream(5, "jsma", sample, restart),
    ...change,
  });
  return found as Batch;
}

/** Eight elements; class 0 is predicted at the middle by a hair, and class 1 gains by elements in the order of `gains`. */
const GAINS = [5, -6, 3, 4, 1, 2, -7, 0.5];
const LEAD = 0.01;

function ordered(): { model: GradientModel; x: Batch; labels: Int32Array } {
  const model = modelOf({ second: [Float64Array.from(GAINS, (g) => -g), Float64Array.from(GAINS)] }, [8]);
  const x = { data: new Float32Array(8).fill(0.5), shape: [1, 8] };
  (x.data[7] as number) -= LEAD;
  return { model, x, labels: Int32Array.of(0) };
}

const toOne = { kind: "targeted", targets: Int32Array.of(1) } as const;

describe("on a linear model", () => {
  it.each([
    ["targeted", toOne],
    ["untargeted", { kind: "untargeted" }],
  ] as const)("%s, it raises the pair that gains most, and stops once that fools", async (_, goal) => {
    const { model, x } = ordered();
    const found = await fool(model, x, { gamma: 1, theta: 0.1 }, { goal });
    const steps = Array.from(found.data, (value, e) => value - (x.data[e] as number));
    expect(steps.map((step) => step.toFixed(3))).toEqual("0.100 0.000 0.000 0.100 0.000 0.000 0.000 0.000".split(" "));
    expect(model.passes).toEqual({ forward: 2, backward: 2 });
  });

  it("lowers elements where theta is below 0", async () => {
    const { model, x } = ordered();
    const found = await fool(model, x, { gamma: 1, theta: -0.1 }, { goal: toOne });
    expect(Array.from(found.data.keys()).filter((e) => found.data[e] !== x.data[e])).toEqual([1, 6]);
    expect(found.data[1]).toBeCloseTo(0.4, 6);
  });

  it("goes on with the next pair where elements are used up", async () => {
    const { model, x } = ordered();
    x.data.set([0.9, 0.5, 0.5, 0.9, 0.5, 0.5, 0.9, 0.5]);
    x.data[1] = 1; // class 1 is behind by 4.4, and a pair of elements 0 and 3 makes up for 1.8
    const found = await fool(model, x, { gamma: 1, theta: 0.3 }, { labels: Int32Array.of(0), goal: toOne });
    expect(found.data[0]).toBe(1);
    expect(found.data[3]).toBe(1);
    expect(found.data[2]).toBeGreaterThan(0.5);
    expect(found.data[1]).toBe(1);
    expect(argmax((await model.logits(found)).data)).toBe(1);
  });
});

describe("gamma", () => {
  /** How many elements differ in the end, where one step of theta 0.05 is not enough. */
  async function spread(gamma: number): Promise<number> {
    const { model, x } = ordered();
    x.data[1] = 0.7;
    const found = await fool(model, x, { gamma, theta: 0.05 }, { goal: toOne });
    expect(argmax((await model.logits(found)).data)).toBe(1);
    return found.data.filter((value, e) => value !== x.data[e]).length;
  }

  it("bounds the elements that differ, and the search goes on among those", async () => {
    expect(await spread(1)).toBe(2);
    expect(await spread(2 / 8)).toBe(2);
  });

  it("gives up where those are used up", async () => {
    const { model, x } = ordered();
    x.data[1] = 1;
    x.data[6] = 0.9;
    for (const [gamma, differing] of [
      [2 / 8, null],
      [3 / 8, null],
      [1, 4],
    ] as const) {
      const found = await fool(model, x, { gamma }, { goal: toOne });
      if (differing === null) expect(found.data.every(Number.isNaN)).toBe(true);
      else expect(found.data.filter((value, e) => value !== x.data[e]).length).toBe(differing);
    }
  });

  it("of less than two elements allows nothing", async () => {
    const { model, x } = ordered();
    expect((await fool(model, x, { gamma: 0.2 })).data.every(Number.isNaN)).toBe(true);
  });

  it("holds for every sample of a batch", async () => {
    const model = curvedModel([4, 4, 3], 5);
    const x = samplesFor(model, 8);
    for (const gamma of [0.1, 0.3]) {
      const found = await fool(model, x, { gamma, theta: 0.4 });
      const counts = Array.from({ length: 8 }, (_, i) => row(found, i).filter((v, e) => v !== row(x, i)[e]).length);
      const hits = counts.filter((_, i) => !Number.isNaN(row(found, i)[0]));
      expect(hits.length).toBeGreaterThan(0);
      expect(Math.max(...hits)).toBeLessThanOrEqual(gamma * 48);
    }
  });
});

it("takes the steepest pair where none lowers the other classes as well", async () => {
  // What raises class 1 raises the sum of the others more, so that no pair is salient.
  const second = [Float64Array.of(1, 1, 1), Float64Array.of(2, 3, 2.5), Float64Array.of(2, 3, 2.5)];
  const model = modelOf({ second }, [3]);
  const x = { data: new Float32Array(3).fill(0.4), shape: [1, 3] };
  const found = await fool(model, x, { gamma: 1, theta: 0.3 }, { goal: toOne });
  expect(Array.from(found.data, (value) => value.toFixed(1))).toEqual(["0.4", "0.7", "0.7"]);
});

it("returns a sample that fools already as it is", async () => {
  const { model, x } = ordered();
  expect((await fool(model, x, {}, { labels: Int32Array.of(1) })).data).toEqual(x.data);
  expect(model.passes.backward).toBe(0);
});

it("gives up where there is no gradient", async () => {
  const flat = modelOf({ second: [new Float64Array(8), new Float64Array(8)] }, [8]);
  expect((await fool(flat, ordered().x)).data.every(Number.isNaN)).toBe(true);
});

it("refuses a theta of 0", async () => {
  const { model, x } = ordered();
  await expect(fool(model, x, { theta: 0 })).rejects.toMatchObject({ code: "USAGE" });
});

it("gives up where theta is lost in float32", async () => {
  const { model, x } = ordered();
  const found = await fool(model, x, { gamma: 1, theta: 1e-12 }, { goal: toOne });
  expect(found.data.every(Number.isNaN)).toBe(true);
});
