import { describe, expect, it } from "vitest";
import { type AttackContext, autoattack, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type GradientModel, openStream, row, zeros } from "../../../host/core/index.js";
import { curvedModel, labelsOf, linearModel, samplesFor } from "./models.js";

const SHAPE = [4, 4, 1];

async function contextOf(
  model: GradientModel,
  change: Partial<AttackContext> = {},
  entered: Record<string, ParamValue> = {},
): Promise<AttackContext> {
  const x = change.x ?? samplesFor(model, 20);
  return {
    model,
    x,
    labels: await labelsOf(model, x),
    samples: Array.from({ length: countOf(x) }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [0.05],
    params: parseParams("autoattack", autoattack.params, { queries: 50, steps: 20, ...entered }),
    rng: (sample, restart = 0) => openStream(5, "autoattack", sample, restart),
    ...change,
  };
}

async function fooledBy(model: GradientModel, batch: Batch, labels: Int32Array): Promise<boolean[]> {
  const logits = await model.logits(batch);
  return Array.from(labels, (label, i) => argmax(row(logits, i)) !== label);
}

/** A model without gradients: only fab-t's and APGD's random starts, and square, can get anywhere. */
function withoutGradients(model: GradientModel): GradientModel {
  return {
    ...model,
    open: async (x) => ({ ...(await model.open(x)), backward: async () => zeros(x.shape) }),
  };
}

/** A model that gradients lead astray: they point the wrong way. */
function withWrongGradients(model: GradientModel): GradientModel {
  return {
    ...model,
    open: async (x) => {
      const pass = await model.open(x);
      return {
        ...pass,
        backward: async (dLogits) => {
          const { data, shape } = await pass.backward(dLogits);
          return { data: data.map((value) => -value), shape };
        },
      };
    },
  };
}

describe("the parts", () => {
  const model = curvedModel(SHAPE, 5);

  it("are named for what they fooled, and for nothing else", async () => {
    const found: [number, number, string][] = [];
    const foundBy = (sample: number, budget: number, part: string): void => void found.push([sample, budget, part]);
    const eps = [0.3, 0.01, 0.1];
    const context = await contextOf(model, { eps, foundBy });
    const batches = await autoattack.run(context);
    for (const [e, batch] of batches.entries()) {
      const fooled = await fooledBy(model, batch, context.labels);
      const named = found.filter(([, budget]) => budget === e).map(([i]) => i);
      expect(named.sort((a, b) => a - b)).toEqual(Array.from(fooled.keys()).filter((i) => fooled[i]));
    }
    expect(found.length).toBeGreaterThan(10);
    expect(found.every(([, , part]) => autoattack.parts?.(context.params as never, model).includes(part))).toBe(true);
  });

  it("a sample that is misclassified clean is left as it is, and no part is named", async () => {
    const x = samplesFor(model, 5);
    const labels = (await labelsOf(model, x)).map((label) => (label + 1) % 5);
    const found: string[] = [];
    const context = await contextOf(model, { x, labels, foundBy: (_, __, part) => found.push(part) });
    expect((await autoattack.run(context))[0]).toEqual(x);
    expect(found).toEqual([]);
  });

  it.each([
    ["without gradients", withoutGradients],
    ["against wrong gradients", withWrongGradients],
  ])("square fools %s", async (_, change) => {
    const blind = change(model);
    const found: string[] = [];
    const context = await contextOf(
      blind,
      { eps: [0.1], foundBy: (_i, _e, part) => found.push(part) },
      { queries: 300 },
    );
    const [batch] = (await autoattack.run(context)) as [Batch];
    expect((await fooledBy(model, batch, context.labels)).filter(Boolean)).toHaveLength(found.length);
    expect(found.filter((part) => part === "square").length).toBeGreaterThan(0);
  });

  it("leaves square out, and says so, where the input is no image", async () => {
    const { model: flat } = linearModel([6], 4);
    const notes: string[] = [];
    await autoattack.run(await contextOf(flat, { eps: [1e-5], note: (line) => notes.push(line) }));
    expect(notes).toEqual(["autoattack leaves square out: it needs images, the model's input is [6]"]);
  });
});

describe("many budgets in one call", () => {
  const model = curvedModel(SHAPE, 5);
  const eps = [0.005, 0.02, 0.06];

  it.each(["linf", "l2"] as const)("fool at least what one budget alone does, %s", async (norm) => {
    const scaled = eps.map((value) => (norm === "l2" ? 3 * value : value));
    const context = await contextOf(model, { eps: scaled, norm });
    const together = await autoattack.run(context);
    for (const [e, budget] of scaled.entries()) {
      const [alone] = (await autoattack.run({ ...context, eps: [budget] })) as [Batch];
      const [one, all] = [
        await fooledBy(model, alone, context.labels),
        await fooledBy(model, together[e] as Batch, context.labels),
      ];
      one.forEach((isFooled, i) => {
        expect(all[i] || !isFooled).toBe(true);
      });
    }
  });

  it("cost fewer passes than as many calls", async () => {
    const context = await contextOf(model, { eps });
    const cost = async (run: () => Promise<unknown>): Promise<number> => {
      const before = model.passes.forward + model.passes.backward;
      await run();
      return model.passes.forward + model.passes.backward - before;
    };
    const together = await cost(() => autoattack.run(context));
    const apart = await cost(async () => {
      for (const budget of eps) await autoattack.run({ ...context, eps: [budget] });
    });
    expect(together).toBeLessThan(apart);
  });
});

it("a sample that resists ends where the margin is largest, within the ball", async () => {
  const { model, weights } = linearModel(SHAPE, 2);
  const x = { data: samplesFor(model, 4).data.map((value) => 0.2 + 0.6 * value), shape: [4, ...SHAPE] };
  const context = await contextOf(model, { x, eps: [1e-4] });
  const [batch] = (await autoattack.run(context)) as [Batch];
  const fooled = await fooledBy(model, batch, context.labels);
  expect(fooled).toContain(false);
  for (let i = 0; i < 4; i++) {
    const away = context.labels[i] === 0 ? 1 : -1;
    weights[0]?.forEach((w, d) => {
      const corner = (row(x, i)[d] as number) + 1e-4 * away * Math.sign((weights[1]?.[d] as number) - w);
      if (!fooled[i]) expect(row(batch, i)[d]).toBeCloseTo(corner, 6);
    });
  }
});
