import { describe, expect, it } from "vitest";
import { zeros } from "../../../host/core/index.js";
import { calibrate } from "../../../host/tflite/index.js";
import { images, mobileNetwork, withWeights } from "./networks.js";
import { referenceOf } from "./reference.js";

describe("calibrate", () => {
  it("finds every layer's smallest and largest output, over more images than go through at once", async () => {
    const network = mobileNetwork();
    const x = images(network, 130);
    const ranges = await calibrate(network, x);
    const outputs = await referenceOf(network)(x);
    // Merged with the activation that follows, a layer keeps its own name.
    for (const [layer, float] of [
      ["stem", "stem"],
      ["depthwise", "depthwise_relu6"],
      ["add", "add"],
      ["dense", "dense"],
    ] as const) {
      const data = outputs.get(float)?.data ?? [];
      expect(ranges.get(layer)?.min, layer).toBeCloseTo(Math.min(...data), 4);
      expect(ranges.get(layer)?.max, layer).toBeCloseTo(Math.max(...data), 4);
    }
  });

  it("names the layer that gives no number", async () => {
    const network = mobileNetwork();
    const kernel = network.params.get("point/kernel");
    if (kernel) kernel.data[3] = Number.NaN;
    await expect(calibrate(network, images(network, 2))).rejects.toMatchObject({
      code: "NOT_FINITE",
      message: expect.stringContaining('layer "point"'),
    });
  });

  it("refuses to work without images, and images of another shape", async () => {
    const network = withWeights(mobileNetwork().graph);
    await expect(calibrate(network, zeros([0, 13, 11, 2]))).rejects.toMatchObject({ code: "DATA_MISMATCH" });
    await expect(calibrate(network, zeros([4, 13, 11, 3]))).rejects.toMatchObject({ code: "DATA_MISMATCH" });
  });
});
