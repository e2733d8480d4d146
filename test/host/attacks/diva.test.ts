import { describe, expect, it } from "vitest";
import { type AttackContext, diva, type Goal, type ParamValue, parseParams, pgd } from "../../../host/attacks/index.js";
import { divaAscent } from "../../../host/attacks/parts/diva-loss.js";
import { argmax, type Batch, type GradientModel, openStream, row, zeros } from "../../../host/core/index.js";
import { labelsOf, modelOf, samplesFor } from "./models.js";

const untargeted: Goal = { kind: "untargeted" };

function contextOf(change: Partial<AttackContext>, entered: Record<string, ParamValue> = {}): AttackContext {
  const { labels = new Int32Array() } = change;
  return {
    goal: untargeted,
    norm: "linf",
    eps: [0.05],
    samples: Array.from(labels, (_, i) => i),
    params: parseParams("diva", diva.params, entered),
    rng: (sample: number) => openStream(1, "diva", sample),
    ...change,
  } as AttackContext;
}

describe("on two linear networks", () => {
  // Logits (w.u, -w.u) for u = x - 0.5.
  const twoClasses = (...w: number[]): GradientModel =>
    modelOf({ second: [Float64Array.from(w), Float64Array.from(w, (value) => -value)] }, [w.length]);
  const float = twoClasses(3, 1);
  const twin = twoClasses(1, 3);
  const x: Batch = { data: Float32Array.of(0.6, 0.55), shape: [1, 2] };

  it("one step goes along p'(float) w_float - c p'(twin) w_twin", async () => {
    const entered = { steps: 1, stepSize: 1, balance: 1.5 };
    const context = contextOf({ model: float, twin, x, labels: Int32Array.of(0), norm: "l2", eps: [0.01] }, entered);
    const [batch] = (await diva.run(context)) as [Batch];
    // p = sigmoid(2 w.u), and d p / d u = 2 p (1 - p) w.
    const slope = (z: number): number => 2 / (1 + Math.exp(-2 * z)) / (1 + Math.exp(2 * z));
    const [sf, st] = [slope(3 * 0.1 + 0.05), slope(0.1 + 3 * 0.05)];
    const g = [3 * sf - 1.5 * st, sf - 1.5 * 3 * st];
    const length = Math.hypot(...g);
    for (const [k, value] of g.entries())
      expect(batch.data[k]).toBeCloseTo((x.data[k] as number) + (0.01 * value) / length, 6);
  });

  it("finds the wedge between the two boundaries, and stops there", async () => {
    const labels = Int32Array.of(0);
    const before = { float: { ...float.passes }, twin: { ...twin.passes } };
    const [batch] = (await diva.run(contextOf({ model: float, twin, x, labels, eps: [0.2] }))) as [Batch];
    const [a, b] = [(batch.data[0] as number) - 0.5, (batch.data[1] as number) - 0.5];
    expect(3 * a + b).toBeGreaterThan(0);
    expect(a + 3 * b).toBeLessThan(0);
    const passes = float.passes.forward - before.float.forward;
    expect(passes).toBeLessThan(20);
    expect(float.passes.backward - before.float.backward).toBe(passes);
    expect(twin.passes.forward - before.twin.forward).toBe(passes);
  });

  it("returns a sample that fools the twin alone as it is", async () => {
    const wedge: Batch = { data: Float32Array.of(0.6, 0.35), shape: [1, 2] };
    const [batch] = (await diva.run(contextOf({ model: float, twin, x: wedge, labels: Int32Array.of(0) }))) as [Batch];
    expect(batch).toEqual(wedge);
  });
});

describe("the loss", () => {
  const labels = Int32Array.of(2, 0);
  const float: Batch = { data: Float32Array.of(0.3, -1, 1.2, 2, 1, 0), shape: [2, 3] };
  const twin: Batch = { data: Float32Array.of(-0.2, 0.4, 0.1, 0.5, 1.5, 0), shape: [2, 3] };
  const weights = { balance: 0.7, targetWeight: 3 };

  const softmax = (z: readonly number[]): number[] => {
    const powers = z.map(Math.exp);
    return powers.map((power) => power / powers.reduce((total, value) => total + value, 0));
  };
  const loss = (f: readonly number[], t: readonly number[], label: number, target: number | null): number =>
    (softmax(f)[label] as number) -
    weights.balance * (softmax(t)[label] as number) +
    (target === null ? 0 : weights.targetWeight * Math.log(softmax(t)[target] as number));

  it.each([
    ["untargeted", untargeted],
    ["targeted", { kind: "targeted", targets: Int32Array.of(1, 2) } as Goal],
  ])("has the gradient that finite differences give, %s", (_, goal) => {
    const [dFloat, dTwin] = [zeros([2, 3]), zeros([2, 3])];
    divaAscent(float, twin, labels, goal, weights, dFloat, dTwin);
    for (const i of [0, 1]) {
      const [f, t] = [Array.from(row(float, i)), Array.from(row(twin, i))];
      const at = (moveF: number, moveT: number, k: number): number => {
        const moved = (z: number[], by: number): number[] =>
          z.map((value, index) => (index === k ? value + by : value));
        const target = goal.kind === "targeted" ? (goal.targets[i] as number) : null;
        return loss(moved(f, moveF), moved(t, moveT), labels[i] as number, target);
      };
      const slopes = [0, 1, 2].flatMap((k) => [
        (at(1e-5, 0, k) - at(-1e-5, 0, k)) / 2e-5,
        (at(0, 1e-5, k) - at(0, -1e-5, k)) / 2e-5,
      ]);
      const peak = Math.max(...slopes.map(Math.abs));
      for (const k of [0, 1, 2]) {
        expect(row(dFloat, i)[k]).toBeCloseTo((slopes[2 * k] as number) / peak, 5);
        expect(row(dTwin, i)[k]).toBeCloseTo((slopes[2 * k + 1] as number) / peak, 5);
      }
    }
  });

  it("keeps confident samples' gradients, and gives zeros for NaN", () => {
    const [dFloat, dTwin] = [zeros([2, 3]), zeros([2, 3])];
    const sure: Batch = { data: Float32Array.of(0, 0, 60, Number.NaN, 1, 0), shape: [2, 3] };
    divaAscent(sure, sure, labels, untargeted, { balance: 2, targetWeight: 1 }, dFloat, dTwin);
    expect(Array.from(dTwin.data)).toEqual([0.5, 0.5, -1, 0, 0, 0]);
    expect(Array.from(dFloat.data)).toEqual([-0.25, -0.25, 0.5, 0, 0, 0]);
  });
});

/** Two networks that differ as a network and its quantised form do: by a little noise on the weights. */
function pairOfNetworks(): [GradientModel, GradientModel] {
  const matrix = (rows: number, columns: number, scale: number, noise: number, name: string): Float64Array[] => {
    const [weights, errors] = [openStream(2, name), openStream(2, name, "noise")];
    const draw = (): number => scale * (weights.normal() + noise * errors.normal());
    return Array.from({ length: rows }, () => Float64Array.from({ length: columns }, draw));
  };
  const [float, twin] = [0, 0.05].map((noise) =>
    modelOf({ first: matrix(12, 36, 1 / 3, noise, "first"), second: matrix(5, 12, 1, noise, "second") }, [6, 6, 1]),
  ) as [GradientModel, GradientModel];
  return [float, twin];
}

describe("on a network and its noisy copy", () => {
  const [float, twin] = pairOfNetworks();
  const x = samplesFor(float, 60);

  /** How many rows the twin gets as wanted while the float network says the label. */
  async function evasive(
    batch: Batch,
    labels: Int32Array,
    isWanted: (predicted: number, i: number) => boolean,
  ): Promise<number> {
    const [ours, theirs] = [await float.logits(batch), await twin.logits(batch)];
    const rows = Array.from(
      labels,
      (label, i) => argmax(row(ours, i)) === label && isWanted(argmax(row(theirs, i)), i),
    );
    return rows.filter(Boolean).length;
  }

  it("fools the copy alone more often than PGD on the copy does", async () => {
    const labels = await labelsOf(float, x);
    const context = contextOf({ model: float, twin, x, labels, eps: [0.1] });
    const params = parseParams("pgd", pgd.params, { randomStart: false });
    const [byDiva] = (await diva.run(context)) as [Batch];
    const [byPgd] = (await pgd.run({ ...context, model: twin, params })) as [Batch];
    const isFooled = (predicted: number, i: number): boolean => predicted !== labels[i];
    expect(await evasive(byDiva, labels, isFooled)).toBeGreaterThan(4 * (await evasive(byPgd, labels, isFooled)));
    expect(await evasive(byDiva, labels, isFooled)).toBeGreaterThanOrEqual(20);
  });

  it("leads the copy alone to targets", async () => {
    const labels = await labelsOf(float, x);
    const targets = labels.map((label) => (label + 1) % 5);
    const goal: Goal = { kind: "targeted", targets };
    const [batch] = (await diva.run(contextOf({ model: float, twin, x, labels, goal, eps: [0.2] }))) as [Batch];
    const [clean, found] = [x, batch].map((some) => evasive(some, labels, (predicted, i) => predicted === targets[i]));
    expect(await found).toBeGreaterThan((await clean) as number);
  });
});

it("refuses to run without a twin", async () => {
  const [float] = pairOfNetworks();
  const x = samplesFor(float, 1);
  const context = contextOf({ model: float, x, labels: Int32Array.of(0) });
  await expect(diva.run(context)).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("twin") });
});
