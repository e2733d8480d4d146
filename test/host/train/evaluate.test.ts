import { describe, expect, it } from "vitest";
import { loadEngine } from "../../../host/nn/index.js";
import { countCorrect, countRight, initialParams } from "../../../host/train/index.js";
import { toyDataset, toyGraph } from "./toy.js";

describe("countCorrect", () => {
  it("takes the first of equal scores", () => {
    const logits = Float32Array.of(1, 3, 2, 5, 5, 0, -3, -2, -1);
    expect(countCorrect(logits, [1, 0, 2])).toBe(3);
    expect(countCorrect(logits, [1, 1, 0])).toBe(1);
  });
});

describe("countRight", () => {
  it("finds what a net with all its bias on one class finds", async () => {
    const params = initialParams(toyGraph(), 1);
    params.get("dense/kernel")?.data.fill(0);
    params.get("dense/bias")?.data.set([0, 0, 1, 0, 0]);
    const network = { graph: toyGraph(), params };
    // More than one batch of the evaluation.
    expect(await countRight(await loadEngine(), network, toyDataset(1001))).toBe(200);
  });
});
