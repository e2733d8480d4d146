import { describe, expect, it } from "vitest";
import { type Climb, checkpointsOf, climb } from "../../../../host/attacks/parts/apgd.js";
import { type Batch, type GradientModel, zeros } from "../../../../host/core/index.js";

describe("checkpoints", () => {
  it.each([
    [100, [22, 41, 57, 70, 80, 87, 93, 99]],
    [50, [11, 21, 29, 35, 40, 44, 47, 50]],
    [10, [3, 5, 6, 7, 8, 9, 10]],
    [1, [1]],
  ])("of %i steps are the paper's", (steps, expected) => {
    expect(checkpointsOf(steps)).toEqual(expected);
  });
});

/**
 * A model of one input and two logits (0, height(x)), whose gradient points towards larger x; it keeps what
 * it was asked.
 */
function slope(height: (x: number) => number): { model: GradientModel; asked: number[] } {
  const asked: number[] = [];
  const logits = (x: Batch): Batch => {
    asked.push(...x.data);
    return { data: Float32Array.of(0, height(x.data[0] as number)), shape: [1, 2] };
  };
  const model: GradientModel = {
    kind: "gradient",
    id: "slope",
    inputShape: [1],
    classes: 2,
    bounds: [-1000, 1000],
    passes: { forward: 0, backward: 0 },
    logits: async (x) => logits(x),
    open: async (x) => ({
      logits: logits(x),
      backward: async () => ({ data: Float32Array.of(1), shape: [1, 1] }),
      close: () => undefined,
    }),
  };
  return { model, asked };
}

function taskOf(model: GradientModel, change: Partial<Climb> = {}): Climb {
  return {
    model,
    x: zeros([1, 1]),
    start: zeros([1, 1]),
    eps: 100,
    norm: "linf",
    loss: (z) => z[1] as number,
    isFooled: () => false,
    steps: 100,
    rho: 0.75,
    stopsEarly: true,
    ...change,
  };
}

describe("the step", () => {
  it("is 2 eps at first, and 3/4 of a step and 1/4 of the last move after that", async () => {
    const { model, asked } = slope((x) => x);
    await climb(taskOf(model, { start: { data: Float32Array.of(-100), shape: [1, 1] }, steps: 2, eps: 100 }));
    expect(asked).toEqual([-100, 100, 100]);
    const wide = slope((x) => x);
    // A step of 2 from -100 in a ball of radius 1: the ball's start is its lower end, -1.
    await climb(taskOf(wide.model, { start: { data: Float32Array.of(-100), shape: [1, 1] }, steps: 1, eps: 1 }));
    expect(wide.asked).toEqual([-1, 1]);
  });

  it("is halved at each checkpoint where the loss did not improve, and starts from the best point again", async () => {
    // The start is the best: the gradient points the wrong way.
    const { model, asked } = slope((x) => -x);
    const start = { data: Float32Array.of(-100), shape: [1, 1] };
    await climb(taskOf(model, { start }));
    // 200, the whole ball, halved at 22: the first step from the start again, weighed by momentum.
    const last = asked[22] as number;
    expect(last).toBe(100);
    const momentum = 0.25 * (-100 - 100);
    expect(asked[23]).toBeCloseTo(-100 + 0.75 * 100 + momentum, 4);
    // Back at the start at 41 with a step of 50.
    expect(asked[42]).toBeCloseTo(Math.max(-100, -100 + 0.75 * 50 + 0.25 * (-100 - (asked[40] as number))), 4);
  });

  it("stays where every step raises the loss", async () => {
    let height = 0;
    const { model, asked } = slope(() => height++);
    await climb(taskOf(model, { start: { data: Float32Array.of(-100), shape: [1, 1] } }));
    expect(asked.slice(1)).toEqual(new Array(100).fill(100));
  });
});

describe("the result", () => {
  const start = { data: Float32Array.of(-100), shape: [1, 1] };

  it("is the first fooling point, and the model is not asked again", async () => {
    const { model, asked } = slope((x) => x);
    const { points, isFooled } = await climb(taskOf(model, { start, isFooled: (predicted) => predicted === 1 }));
    expect(points.data[0]).toBe(100);
    expect(isFooled).toEqual([true]);
    expect(asked).toEqual([-100, 100]);
  });

  it("is the highest loss of all steps without an early stop, fooling before not fooling", async () => {
    let step = 0;
    const { model, asked } = slope((x) => (step++ === 5 ? 1000 : x));
    const task = taskOf(model, { start, stopsEarly: false, isFooled: (predicted) => predicted === 1 });
    const { logits } = await climb(task);
    expect(asked).toHaveLength(101);
    expect(logits.data[1]).toBe(1000);
    step = 0;
    // The highest loss does not fool here.
    const picky = taskOf(model, { start, stopsEarly: false, isFooled: () => step !== 6 });
    expect((await climb(picky)).logits.data[1]).toBe(100);
  });

  it("is the start where the loss is no number", async () => {
    const { model } = slope(() => Number.NaN);
    const { points, isFooled } = await climb(taskOf(model, { start }));
    expect(points.data[0]).toBe(-100);
    expect(isFooled).toEqual([false]);
  });
});
