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
    [
      2,
      [
        [2, 2],
        [2, 2],
      ],
    ],
    [
      [1, 3],
      [
        [1, 1],
        [3, 3],
      ],
    ],
    [
      [
        [0, 1],
        [2, 3],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      undefined,
      [
        [1, 1],
        [1, 1],
      ],
    ],
  ])("pads by %j as Keras does", (padding, margins) => {
    expect(made("ZeroPadding2D", padding === undefined ? {} : { padding })).toMatchObject([
      { kind: "zeroPad2d", margins },
    ]);
  });

  it("joins two and more, but adds and multiplies two", () => {
    const reading = (className: string, count: number) => () =>
      fromKeras({ index: 4, className, name: "it", config: {}, inputs: ["a", "b", "c"].slice(0, count) }, [8, 8, 3]);
    expect(reading("Concatenate", 3)()).toMatchObject([{ kind: "concat", inputs: ["a", "b", "c"] }]);
    expect(reading("Multiply", 2)()).toMatchObject([{ kind: "multiply", activation: "linear" }]);
    expect(reading("Multiply", 3)).toThrow("reads 3 layers, expected 2");
    expect(reading("Add", 3)).toThrow("reads 3 layers, expected 2");
    expect(reading("Concatenate", 1)).toThrow("reads 1 layers, expected 2");
  });

  it.each([
    ["ZeroPadding2D", { padding: [[1, 2], 3, 4] }],
    ["ZeroPadding2D", { padding: -1 }],
    ["Concatenate", { axis: 1 }],
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
