import { describe, expect, it } from "vitest";
import { resnet8 } from "../../../host/nn/index.js";
import { initialParams } from "../../../host/train/index.js";
import { chain, dense } from "../nn/graphs.js";
import { toyGraph } from "./toy.js";

describe("initialParams", () => {
  it("depends on the seed and each parameter's name alone", () => {
    expect(initialParams(toyGraph(), 1)).toEqual(initialParams(toyGraph(), 1));
    const [one, two] = [initialParams(toyGraph(), 1), initialParams(toyGraph(), 2)];
    expect(one.get("stem/kernel")).not.toEqual(two.get("stem/kernel"));
    const longer = chain("longer", [6], dense, { kind: "softmax" });
    expect(initialParams(longer, 1).get("dense_0/kernel")).toEqual(
      initialParams(chain("shorter", [6], dense), 1).get("dense_0/kernel"),
    );
  });

  it("scales kernels by their fan-in", () => {
    const params = initialParams(resnet8(), 1);
    for (const [key, fanIn] of [
      ["block3_conv2/kernel", 9 * 64],
      ["block2_conv1/kernel", 9 * 16],
      ["dense/kernel", 64],
    ] as const) {
      const { data } = params.get(key) ?? { data: new Float32Array() };
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
      expect((variance * fanIn) / 2, key).toBeGreaterThan(0.85);
      expect((variance * fanIn) / 2, key).toBeLessThan(1.15);
    }
    // 3x3 over one channel each.
    const depth = initialParams(toyGraph(), 1).get("depth/kernel")?.data ?? [];
    expect(Math.max(...depth)).toBeGreaterThan(0.6);
  });

  it("starts biases at 0 and norms as the identity", () => {
    const params = initialParams(toyGraph(), 1);
    const first = (key: string) => params.get(key)?.data[0];
    expect(
      ["dense/bias", "stem_norm/gamma", "stem_norm/beta", "stem_norm/moving_mean", "stem_norm/moving_variance"].map(
        first,
      ),
    ).toEqual([0, 1, 0, 0, 1]);
  });
});
