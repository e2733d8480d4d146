import { describe, expect, it } from "vitest";
import { descend, flatten, follow } from "../../../host/train/weights.js";
import { toyRecipe } from "./toy.js";

const recipe = { ...toyRecipe, momentum: 0.5, weightDecay: 0.25 };

function weightsOf(values: number[], key: string) {
  return flatten(
    new Map([
      ["before", { shape: [1], data: Float32Array.of(9) }],
      [key, { shape: [values.length], data: Float32Array.from(values) }],
    ]),
  );
}

describe("descend", () => {
  it("follows Nesterov's momentum, with decay on kernels", () => {
    const weights = weightsOf([4, -8], "a/kernel");
    const gradient = Float32Array.of(1, 2);
    // slope 2 and 0; speed 2 and 0; 4 - 0.5 (2 + 1) = 2.5.
    descend(weights, "a/kernel", gradient, 0.5, recipe);
    expect([...weights.values]).toEqual([9, 2.5, -8]);
    // slope 1.625 and 0; speed 2.625 and 0; 2.5 - 0.5 (1.625 + 1.3125) = 1.03125.
    descend(weights, "a/kernel", gradient, 0.5, recipe);
    expect([...weights.values]).toEqual([9, 1.03125, -8]);
    expect([...weights.velocity]).toEqual([0, 2.625, 0]);
    expect(weights.params.get("a/kernel")?.data[0]).toBe(1.03125);
  });

  it("decays no bias", () => {
    const weights = weightsOf([4], "a/bias");
    descend(weights, "a/bias", Float32Array.of(1), 0.5, recipe);
    expect([...weights.values]).toEqual([9, 3.25]);
  });
});

describe("follow", () => {
  it("moves towards the batch's statistic", () => {
    const weights = weightsOf([4], "a/moving_mean");
    follow(weights, "a/moving_mean", Float32Array.of(8), 0.75);
    expect([...weights.values]).toEqual([9, 5]);
  });
});
