import { describe, expect, it } from "vitest";
import {
  type AttackContext,
  behindWrapper,
  type InputWrapper,
  identityBackward,
  parseParams,
  pgd,
} from "../../../../host/attacks/index.js";
import {
  argmax,
  type Batch,
  countOf,
  type GradientModel,
  openStream,
  row,
  zeros,
} from "../../../../host/core/index.js";
import { curvedModel, labelsOf, samplesFor } from "../models.js";

const SHAPE = [4, 4, 3];
const COUNT = 20;

/** Bit-depth reduction (Xu et al. 2018, arXiv:1704.01155) to 3 bits: steps of 1/7, and a gradient of 0. */
function reduceBits(x: Batch): Batch {
  return { data: x.data.map((value) => Math.round(7 * value) / 7), shape: x.shape };
}

const trueGradient: InputWrapper = { forward: reduceBits, backward: (dy) => zeros(dy.shape) };
const bpda: InputWrapper = { forward: reduceBits, backward: identityBackward };

const network = curvedModel(SHAPE, 5);
const x = samplesFor(network, COUNT);

/** Samples that PGD, asking the model behind `wrapper`, makes the reduced model misjudge. */
async function fooled(wrapper: InputWrapper): Promise<number> {
  const model = behindWrapper(network, wrapper);
  const labels = await labelsOf(model, x);
  const context: AttackContext = {
    model,
    x,
    labels,
    samples: Array.from({ length: COUNT }, (_, i) => i),
    goal: { kind: "untargeted" },
    norm: "linf",
    eps: [0.12],
    params: parseParams("pgd", pgd.params, { randomStart: false }),
    rng: (sample) => openStream(1, "bpda", sample),
  };
  const [adversarial] = (await pgd.run(context)) as [Batch];
  const logits = await network.logits(reduceBits(adversarial));
  return Array.from({ length: COUNT }, (_, i) => argmax(row(logits, i)) !== labels[i]).filter(Boolean).length;
}

describe("PGD on a model behind bit-depth reduction", () => {
  it("is defeated by the true gradient, which is zero", async () => {
    expect(await fooled(trueGradient)).toBe(0);
  });

  it("succeeds with the identity in the backward pass", async () => {
    expect(await fooled(bpda)).toBeGreaterThanOrEqual(0.8 * COUNT);
  });
});

it("the model is asked about what the wrapper returns, and the wrapper about x", async () => {
  const seen: Batch[] = [];
  const wrapper: InputWrapper = {
    forward: async (batch) => reduceBits(batch),
    async backward(dy, batch) {
      seen.push(batch);
      return { data: dy.data.map((value) => 3 * value), shape: dy.shape };
    },
  };
  const model = behindWrapper(network, wrapper);
  const dLogits = { data: new Float32Array(COUNT * 5).map((_, i) => (i % 5) - 2), shape: [COUNT, 5] };
  const iterate = { data: x.data.slice(), shape: x.shape };
  const pass = await model.open(iterate);
  iterate.data.fill(0);
  const gradient = await pass.backward(dLogits);
  expect(pass.logits).toEqual(await network.logits(reduceBits(x)));
  expect(await model.logits(x)).toEqual(pass.logits);
  expect(seen).toEqual([x]);
  const direct = await (await network.open(reduceBits(x))).backward(dLogits);
  expect(gradient.data).toEqual(direct.data.map((value) => Math.fround(3 * value)));
  pass.close();
});

it("counts the model's passes, and closes them once", async () => {
  let closed = 0;
  const inner: GradientModel = {
    ...network,
    passes: network.passes,
    async open(batch) {
      const pass = await network.open(batch);
      return { ...pass, close: () => closed++ };
    },
  };
  const model = behindWrapper(inner, bpda);
  const before = { ...network.passes };
  const pass = await model.open(x);
  await pass.backward({ data: new Float32Array(COUNT * 5), shape: [COUNT, 5] });
  pass.close();
  expect(closed).toBe(1);
  expect(model.passes.forward - before.forward).toBe(COUNT);
  expect(model.passes.backward - before.backward).toBe(COUNT);
});

it("refuses a wrapper that changes the shape", async () => {
  const flat = (batch: Batch): Batch => ({ data: batch.data, shape: [countOf(batch), 48] });
  await expect(behindWrapper(network, { ...bpda, forward: flat }).logits(x)).rejects.toMatchObject({
    code: "DATA_MISMATCH",
    message: expect.stringContaining("what the input wrapper returned has shape [20, 48]"),
  });
});
