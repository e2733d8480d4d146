import { describe, expect, it } from "vitest";
import { fromKeras } from "../../../host/import/keras-layer.js";

const made = (className: string, config: Record<string, unknown>, inputShape = [8, 8, 3]) =>
  fromKeras({ index: 4, className, name: "it", config, inputs: ["before"] }, inputShape);

describe("fromKeras", () => {
  it.each([
    [{}, "relu"],
    [{ max_value: null, negative_slope: 0, threshold: 0 }, "relu"],
    [{ max_value: 6 }, "relu6"],
  ])("takes a ReLU of %j for %s", (config, activation) => {
    expect(made("ReLU", config)).toEqual([{ name: "it", inputs: ["before"], kind: "activation", activation }]);
  });

  it("takes a batch normalisation over the last axis, however it is named", () => {
    for (const axis of [-1, 3, [3], undefined]) {
      const config = { ...(axis !== undefined && { axis }), epsilon: 0.01, momentum: 0.9 };
      expect(made("BatchNormalization", config)).toMatchObject([{ kind: "batchNorm", epsilon: 0.01, momentum: 0.9 }]);
    }
  });

  it("pools by its own size where no strides are given, with Keras's default padding", () => {
    expect(made("MaxPooling2D", { pool_size: [2, 3], strides: null })).toMatchObject([
      { kind: "maxPool2d", poolSize: [2, 3], strides: [2, 3], padding: "valid" },
    ]);
  });

  it.each([
    ["BatchNormalization", { axis: 1 }],
    ["ReLU", { max_value: 4 }],
    ["ReLU", { negative_slope: 0.1 }],
    ["Softmax", { axis: 1 }],
    ["Conv2D", { filters: 2, kernel_size: 3, groups: 3 }],
    ["Conv2D", { filters: 2, kernel_size: 3, data_format: "channels_first" }],
    ["Conv2D", { filters: 2, kernel_size: 3, padding: "causal" }],
    ["AveragePooling2D", { pool_size: 0 }],
    ["Dense", { units: 2 }],
    ["Flatten", { data_format: "channels_first" }],
  ])("refuses %s of %j, naming index and class", (className, config) => {
    expect(() => made(className, config)).toThrow(
      expect.objectContaining({
        code: "MODEL_UNSUPPORTED",
        message: expect.stringContaining(`layer 4 ("it", ${className})`),
      }),
    );
  });
});
