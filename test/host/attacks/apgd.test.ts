/** The three attacks on Auto-PGD: what each adds to it. */

import { describe, expect, it } from "vitest";
import {
  type Attack,
  type AttackContext,
  apgdCe,
  apgdDlr,
  apgdT,
  autoattack,
  type Goal,
  type ParamValue,
  parseParams,
} from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row } from "../../../host/core/index.js";
import { distortionOf } from "../../../host/metrics/index.js";
import { curvedModel, labelsOf, linearModel, modelOf, samplesFor } from "./models.js";

const SHAPE = [4, 2, 1];

async function contextOf(
  attack: Attack,
  model: GradientModel,
  change: Partial<AttackContext> = {},
  entered: Record<string, ParamValue> = {},
): Promise<AttackContext> {
  const x = change.x ?? samplesFor(model, 6);
  return {
    model,
    x,
    labels: await labelsOf(model, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [0.05],
    params: parseParams(attack.id, attack.params, entered),
    rng: (sample, restart = 0) => openStream(5, attack.id, sample, restart),
    ...change,
  };
}

const clip = (value: number): number => Math.min(1, Math.max(0, value));

describe.each([
  ["apgd-ce", apgdCe],
  ["apgd-dlr", apgdDlr],
  ["apgd-t", apgdT],
])("%s on a linear model of two classes", (_, attack) => {
  const { model, weights } = linearModel(SHAPE, 2);
  const difference = Float64Array.from(weights[1] as Float64Array, (w, d) => w - (weights[0]?.[d] as number));

  it("ends in the corner x + eps * sign(w)", async () => {
    const context = await contextOf(attack, model, { eps: [0.001] });
    const [batch] = (await attack.run(context)) as [Batch];
    for (let i = 0; i < 6; i++) {
      const away = context.labels[i] === 0 ? 1 : -1;
      difference.forEach((w, d) => {
        const corner = clip((row(context.x, i)[d] as number) + 0.001 * away * Math.sign(w));
        expect(row(batch, i)[d]).toBeCloseTo(corner, 6);
      });
    }
  });

  it("ends at x + eps * w / |w| in l2", async () => {
    const inside = samplesFor(model, 6);
    const x = { data: inside.data.map((value) => 0.3 + 0.4 * value), shape: inside.shape };
    const context = await contextOf(attack, model, { x, eps: [0.01], norm: "l2" });
    const [batch] = (await attack.run(context)) as [Batch];
    const length = Math.hypot(...difference);
    const away = context.labels[0] === 0 ? 1 : -1;
    difference.forEach((w, d) => {
      expect(row(batch, 0)[d]).toBeCloseTo((row(x, 0)[d] as number) + (0.01 * away * w) / length, 5);
    });
  });
});

describe("too few classes", () => {
  const told = async (attack: Attack, classes: number, goal: Goal = { kind: "untargeted" }): Promise<string[]> => {
    const notes: string[] = [];
    const { model } = linearModel(SHAPE, classes);
    await attack.run(await contextOf(attack, model, { goal, note: (line) => notes.push(line) }, { steps: 2 }));
    return notes;
  };
  const targets = new Int32Array(6);

  it("are told by the attacks whose loss needs more", async () => {
    expect(await told(apgdCe, 2)).toEqual([]);
    expect(await told(apgdDlr, 3)).toEqual([]);
    expect(await told(apgdDlr, 2)).toEqual([
      "apgd-dlr climbs the margin: the DLR loss needs 3 classes, the model has 2",
    ]);
    expect(await told(apgdDlr, 3, { kind: "targeted", targets })).toHaveLength(1);
    expect(await told(apgdT, 4)).toEqual([]);
    expect(await told(apgdT, 3)).toEqual([
      "apgd-t climbs the margin: the targeted DLR loss needs 4 classes, the model has 3",
    ]);
  });
});

describe("passes of a sample that resists", () => {
  const model = curvedModel(SHAPE, 5);

  it.each([
    ["apgd-ce", apgdCe, {}, 1 + 101, 100],
    ["apgd-ce", apgdCe, { steps: 7, restarts: 3 }, 1 + 3 * 8, 3 * 7],
    ["apgd-t", apgdT, { steps: 7 }, 1 + 4 * 8, 4 * 7],
    ["apgd-t", apgdT, { steps: 7, targetClasses: 2, restarts: 2 }, 1 + 4 * 8, 4 * 7],
  ] as const)("%s %o", async (_, attack, entered, forward, backward) => {
    const context = await contextOf(attack as Attack, model, { eps: [1e-6] }, entered);
    const before = { ...model.passes };
    await (attack as Attack).run(context);
    expect(model.passes.forward - before.forward).toBe(6 * forward);
    expect(model.passes.backward - before.backward).toBe(6 * backward);
  });
});

describe("budgets", () => {
  const model = curvedModel([4, 4, 1], 5);

  it("are returned in their order, and a larger one fools whatever a smaller one fooled", async () => {
    const x = samplesFor(model, 30);
    const eps = [0.2, 0.02, 0.05, 0.1, 0.02];
    for (const steps of [1, 2, 5]) {
      const context = await contextOf(apgdDlr, model, { x, eps }, { steps });
      const batches = await apgdDlr.run(context);
      const fooled = await Promise.all(
        batches.map(async (batch) => {
          const logits = await model.logits(batch);
          return Array.from({ length: 30 }, (_, i) => argmax(row(logits, i)) !== context.labels[i]);
        }),
      );
      const order = [1, 2, 3, 0];
      for (let k = 1; k < order.length; k++) {
        const [small, large] = [fooled[order[k - 1] as number], fooled[order[k] as number]] as [boolean[], boolean[]];
        small.forEach((isFooled, i) => {
          expect(large[i] || !isFooled).toBe(true);
        });
      }
      expect(batches[1]).toEqual(batches[4]);
    }
  });
});

it("an early stop fools as many samples and asks less", async () => {
  const model = curvedModel([4, 4, 1], 5);
  const x = samplesFor(model, 30);
  const cost = async (earlyStop: boolean): Promise<{ fooled: number; passes: number; margin: number }> => {
    const context = await contextOf(apgdCe, model, { x, eps: [0.1] }, { earlyStop });
    const before = model.passes.forward;
    const [batch] = (await apgdCe.run(context)) as [Batch];
    const passes = model.passes.forward - before;
    const logits = await model.logits(batch);
    let fooled = 0;
    let margin = 0;
    for (let i = 0; i < 30; i++) {
      const z = Array.from(row(logits, i));
      if (argmax(z) !== context.labels[i]) fooled++;
      margin += Math.max(...z) - (z[context.labels[i] as number] as number);
    }
    return { fooled, passes, margin };
  };
  const [early, full] = [await cost(true), await cost(false)];
  expect(early.fooled).toBe(full.fooled);
  expect(early.passes).toBeLessThan(0.8 * full.passes);
  expect(full.margin).toBeGreaterThan(early.margin);
});

it("on a grid every point the model is asked after the clean one is a grid point in the ball", async () => {
  const plain = curvedModel(SHAPE, 5);
  const scale = Math.fround(1 / 255);
  const asked: Batch[] = [];
  const model: GradientModel = {
    ...plain,
    open: (x) => {
      asked.push({ data: x.data.slice(), shape: x.shape });
      return plain.open(x);
    },
  };
  const grid = { type: "int8", scale, zeroPoint: -128 } as const;
  const x = samplesFor(plain, 6);
  await apgdCe.run(await contextOf(apgdCe, model, { x, eps: [3.2 / 255], grid }, { steps: 20 }));
  expect(asked).toHaveLength(21);
  for (const batch of asked) {
    expect(batch.data.every((value) => Math.abs(value / scale - Math.round(value / scale)) < 1e-3)).toBe(true);
    if (countOf(batch) < 6) continue;
    expect(distortionOf(batch.data, x.data).linf).toBeLessThan(3.01 / 255);
  }
});

it("a clean sample that fools off the grid alone is attacked on it", async () => {
  // Of class 1 beyond 0.5; 0.51 is, and its nearest grid point 0.5 is not.
  const model = modelOf({ second: [Float64Array.of(0), Float64Array.of(1)] }, [1]);
  const x = { data: Float32Array.of(0.51), shape: [1, 1] };
  const grid = { type: "uint8", scale: 0.25, zeroPoint: 0 } as const;
  for (const attack of [apgdCe, autoattack]) {
    const context = await contextOf(attack, model, { x, labels: Int32Array.of(0), eps: [0.3], grid }, { steps: 20 });
    expect(Array.from((await attack.run(context))[0]?.data ?? []), attack.id).toEqual([0.75]);
  }
});
