import { describe, expect, it } from "vitest";
import { learningRateAt } from "../../../host/train/schedule.js";
import { toyRecipe } from "./toy.js";

const recipe = { ...toyRecipe, learningRate: { peak: 0.4, warmup: 0.2, start: 0.1, end: 0.01 } };

describe("learningRateAt", () => {
  it("rises to the peak, then falls along a half cosine", () => {
    expect(learningRateAt(recipe, 0, 100)).toBeCloseTo(0.04, 12);
    expect(learningRateAt(recipe, 10, 100)).toBeCloseTo(0.22, 12);
    expect(learningRateAt(recipe, 20, 100)).toBeCloseTo(0.4, 12);
    expect(learningRateAt(recipe, 60, 100)).toBeCloseTo((0.4 * 1.01) / 2, 12);
    expect(learningRateAt(recipe, 100, 100)).toBeCloseTo(0.004, 12);
  });

  it("does not jump", () => {
    for (let step = 1; step < 100; step++) {
      expect(Math.abs(learningRateAt(recipe, step, 100) - learningRateAt(recipe, step - 1, 100))).toBeLessThan(0.02);
    }
  });
});
