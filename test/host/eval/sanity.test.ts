import { describe, expect, it } from "vitest";
import { ATTACKS, attackById, parseParams } from "../../../host/attacks/index.js";
import { type Batch, countOf, type GradientModel } from "../../../host/core/index.js";
import { checkModel, checkSteps, hasSteps } from "../../../host/eval/sanity.js";
import { curvedModel, labelsOf, samplesFor } from "../attacks/models.js";

const model = curvedModel([4, 4, 3], 5);
const x = samplesFor(model, 80);

/** The model with all logits changed. */
function withLogits(change: (logits: Batch) => Batch): GradientModel {
  return {
    ...model,
    logits: async (at) => change(await model.logits(at)),
    open: async (at) => {
      const pass = await model.open(at);
      return { ...pass, logits: change(pass.logits) };
    },
  };
}

describe("checkModel", () => {
  it("finds nothing on a sound model, looking at the first samples only", async () => {
    const before = model.passes.forward;
    expect(await checkModel(model, x, await labelsOf(model, x))).toEqual([]);
    expect(model.passes.forward - before).toBe(3 * 64);
  });

  it("takes no offence at a pass for gradients that rounds otherwise", async () => {
    const fused: GradientModel = {
      ...model,
      open: async (at) => {
        const pass = await model.open(at);
        return { ...pass, logits: { data: pass.logits.data.map((v) => v + 1e-6), shape: pass.logits.shape } };
      },
    };
    expect(await checkModel(fused, x, await labelsOf(model, x))).toEqual([]);
  });

  it("finds logits that differ from call to call", async () => {
    let calls = 0;
    const noisy = withLogits(({ data, shape }) => {
      calls++;
      return { data: data.map((value, i) => (i < 15 ? value + calls * 1e-3 : value)), shape };
    });
    const [flag] = await checkModel(noisy, x, await labelsOf(model, x));
    expect(flag).toEqual({
      id: "random-output",
      text: "the float model gives other logits the second time for 3 of 64 samples",
    });
  });

  it("finds gradients that vanish because the softmax saturates", async () => {
    const saturated = withLogits(({ data, shape }) => ({ data: data.map((value) => 1e4 * value), shape }));
    const flags = await checkModel(saturated, x, await labelsOf(model, x));
    expect(flags).toEqual([
      { id: "zero-gradients", text: "the gradient of the cross-entropy is zero everywhere for 64 of 64 clean samples" },
    ]);
  });
});

describe("checkSteps", () => {
  const pgd = attackById("pgd");

  async function check(entered: Record<string, number | boolean>, eps: number) {
    return checkSteps({
      attack: pgd,
      params: parseParams("pgd", pgd.params, { randomStart: false, ...entered }),
      goal: { kind: "untargeted" },
      norm: "linf",
      eps: { entered: String(eps), value: eps },
      model,
      x,
      labels: await labelsOf(model, x),
      samples: Array.from({ length: countOf(x) }, (_, i) => i),
      seed: 1,
      signal: new AbortController().signal,
    });
  }

  it("finds steps that do not reach the budget", async () => {
    const flags = await check({ steps: 2, stepSize: 0.25 }, 0.04);
    expect(flags).toHaveLength(1);
    expect(flags[0]).toMatchObject({ id: "too-few-steps" });
    expect(flags[0]?.text).toMatch(/^pgd at 0\.04 fools \d+ of 64 samples with 4 steps, \d+ with 2$/);
  });

  it("is content with enough of them", async () => {
    expect(await check({}, 0.04)).toEqual([]);
  });

  it("is for white boxes with a budget and steps", () => {
    expect(ATTACKS.filter(hasSteps).map(({ id }) => id)).toEqual(expect.arrayContaining(["pgd", "apgd-ce"]));
    for (const id of ["fgsm", "deepfool", "square", "autoattack"]) expect(hasSteps(attackById(id))).toBe(false);
  });
});
