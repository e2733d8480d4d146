import { describe, expect, it } from "vitest";
import { fgsm } from "../../../host/attacks/index.js";
import { type Batch, openStream, row } from "../../../host/core/index.js";
import { linearModel } from "./models.js";

const SHAPE = [3, 2, 1];
const { model, weights } = linearModel(SHAPE, 2);
/** Where the first class' logit falls and the second's grows: the ascent direction for label 0. */
const direction = Float64Array.from(
  weights[1] as Float64Array,
  (w, i) => w - ((weights[0] as Float64Array)[i] as number),
);
const x: Batch = { data: Float32Array.of(0.5, 0.01, 0.99, 0.5, 0.3, 0.7), shape: [1, ...SHAPE] };

function run(
  norm: "linf" | "l2",
  eps: number[],
  label: number,
  goal: "untargeted" | "targeted" = "untargeted",
): Promise<Batch[]> {
  const labels = Int32Array.of(label);
  return fgsm.run({
    model,
    x,
    labels,
    samples: [0],
    goal: goal === "targeted" ? { kind: "targeted", targets: labels } : { kind: "untargeted" },
    norm,
    eps,
    params: {},
    rng: (sample) => openStream(1, sample),
  });
}

const clip = (value: number): number => Math.min(1, Math.max(0, value));

describe("FGSM on a linear model", () => {
  it("is x + eps * sign(w), clipped", async () => {
    const [batch] = (await run("linf", [0.05], 0)) as [Batch];
    direction.forEach((w, i) => {
      expect(batch.data[i]).toBeCloseTo(clip((x.data[i] as number) + 0.05 * Math.sign(w)), 6);
    });
  });

  it("is x + eps * w / |w| in l2, clipped", async () => {
    const [batch] = (await run("l2", [0.05], 0)) as [Batch];
    const length = Math.hypot(...direction);
    direction.forEach((w, i) => {
      expect(batch.data[i]).toBeCloseTo(clip((x.data[i] as number) + (0.05 * w) / length), 6);
    });
  });

  it("goes the other way from the other label, and towards a target", async () => {
    const [away] = (await run("linf", [0.05], 1)) as [Batch];
    const [towards] = (await run("linf", [0.05], 0, "targeted")) as [Batch];
    direction.forEach((w, i) => {
      expect(away.data[i]).toBeCloseTo(clip((x.data[i] as number) - 0.05 * Math.sign(w)), 6);
    });
    expect(towards).toEqual(away);
  });

  it("costs one forward and one backward pass, however many budgets", async () => {
    const before = { ...model.passes };
    expect(await run("linf", [0, 0.01, 0.02, 0.04], 0)).toHaveLength(4);
    expect(model.passes).toEqual({ forward: before.forward + 1, backward: before.backward + 1 });
  });

  it("finds the direction where the softmax has saturated", async () => {
    // Logits 60 apart: in float32 the softmax is 1 and its loss's gradient 0.
    const scale = 60 / Math.abs(direction.reduce((sum, w, i) => sum + w * ((x.data[i] as number) - 0.5), 0));
    const steep = {
      ...model,
      async open(batch: Batch) {
        const pass = await model.open(batch);
        return { ...pass, logits: { ...pass.logits, data: pass.logits.data.map((z) => z * scale) } };
      },
    };
    const labels = Int32Array.of(((await steep.open(x)).logits.data[0] as number) > 0 ? 0 : 1);
    const context = {
      x,
      labels,
      samples: [0],
      norm: "linf",
      eps: [0.05],
      params: {},
      rng: () => openStream(1),
    } as const;
    const [found] = await fgsm.run({ ...context, model: steep, goal: { kind: "untargeted" } });
    const [expected] = await fgsm.run({ ...context, model, goal: { kind: "untargeted" } });
    expect(found).toEqual(expected);
    expect(row(found as Batch, 0)).not.toEqual(row(x, 0));
  });
});
