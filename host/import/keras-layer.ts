/** One Keras layer of a model.json as layers of ours. */

import { McuEvalError } from "../core/index.js";
import type { Activation, Layer, Margins, Padding } from "../nn/index.js";

/** A layer as it stands in a model.json. */
export interface KerasLayer {
  /** Position in the file, for messages. */
  readonly index: number;
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers it reads. */
  readonly inputs: readonly string[];
}

/** How many layers a class reads, where that is not one; Concatenate also more. */
const INPUTS: Readonly<Record<string, 0 | 2>> = { InputLayer: 0, Add: 2, Multiply: 2, Concatenate: 2 };

/**
 * The layers of ours that compute `layer`, the last of which gives its output and, but for a softmax that
 * stood as an activation, has its name. Empty for a layer that does nothing at inference.
 *
 * @param inputShape [H, W, C] or [K] of its first input
 * @throws McuEvalError MODEL_UNSUPPORTED naming the layer's index, class and the setting
 */
export function fromKeras(layer: KerasLayer, inputShape: readonly number[]): Layer[] {
  const { config, name } = layer;
  const base = { name, inputs: layer.inputs };
  expectInputs(layer, INPUTS[layer.className] ?? 1);
  switch (layer.className) {
    case "InputLayer":
      return [{ ...base, kind: "input", shape: inputShapeOf(layer) }];
    case "Conv2D":
      expect(layer, "groups", [1, undefined]);
      return withActivation(layer, (activation) => ({
        ...base,
        ...convolution(layer),
        kind: "conv2d",
        filters: integer(layer, "filters"),
        activation,
      }));
    case "DepthwiseConv2D":
      return withActivation(layer, (activation) => ({
        ...base,
        ...convolution(layer),
        kind: "depthwiseConv2d",
        filters: config.depth_multiplier === undefined ? 1 : integer(layer, "depth_multiplier"),
        activation,
      }));
    case "Dense":
      if (inputShape.length !== 1) unsupported(layer, `reads shape [${inputShape.join(", ")}], expected one axis`);
      return withActivation(layer, (activation) => ({
        ...base,
        kind: "dense",
        units: integer(layer, "units"),
        useBias: config.use_bias !== false,
        activation,
      }));
    case "BatchNormalization": {
      const axis = Array.isArray(config.axis) ? config.axis[0] : (config.axis ?? -1);
      if (axis !== -1 && axis !== inputShape.length) unsupported(layer, `has axis ${axis}, expected the last`);
      const { epsilon = 1e-3, momentum = 0.99 } = config as { epsilon?: number; momentum?: number };
      return [{ ...base, kind: "batchNorm", epsilon, momentum }];
    }
    case "Activation":
      if (config.activation === "softmax") return [{ ...base, kind: "softmax" }];
      return [{ ...base, kind: "activation", activation: activationOf(layer) }];
    case "ReLU":
      expect(layer, "negative_slope", [0, null, undefined]);
      expect(layer, "threshold", [0, null, undefined]);
      expect(layer, "max_value", [6, null, undefined]);
      return [{ ...base, kind: "activation", activation: config.max_value === 6 ? "relu6" : "relu" }];
    case "Softmax":
      expect(layer, "axis", [-1, inputShape.length, undefined]);
      return [{ ...base, kind: "softmax" }];
    case "Add":
      return [{ ...base, kind: "add", activation: "linear" }];
    case "Multiply":
      return [{ ...base, kind: "multiply", activation: "linear" }];
    case "Concatenate":
      expect(layer, "axis", [-1, inputShape.length, undefined]);
      return [{ ...base, kind: "concat" }];
    case "ZeroPadding2D":
      expect(layer, "data_format", ["channels_last", null, undefined]);
      return [{ ...base, kind: "zeroPad2d", margins: marginsOf(layer) }];
    case "AveragePooling2D":
    case "MaxPooling2D": {
      expect(layer, "data_format", ["channels_last", null, undefined]);
      const kind = layer.className === "MaxPooling2D" ? "maxPool2d" : "averagePool2d";
      const poolSize = pair(layer, "pool_size");
      const strides = config.strides == null ? poolSize : pair(layer, "strides");
      return [{ ...base, kind, poolSize, strides, padding: paddingOf(layer) }];
    }
    case "GlobalAveragePooling2D": {
      expect(layer, "data_format", ["channels_last", null, undefined]);
      expect(layer, "keepdims", [false, undefined]);
      const [height = 0, width = 0] = inputShape;
      const size = [height, width] as const;
      const pool = `${name}_pool`;
      return [
        { ...base, kind: "averagePool2d", name: pool, poolSize: size, strides: size, padding: "valid" },
        { kind: "flatten", name, inputs: [pool] },
      ];
    }
    case "Flatten":
      expect(layer, "data_format", ["channels_last", null, undefined]);
      return [{ ...base, kind: "flatten" }];
    case "Dropout":
    case "SpatialDropout2D":
    case "GaussianNoise":
      return [];
    default:
      return unsupported(layer, "is of a class that has no layer here");
  }
}

function convolution(layer: KerasLayer) {
  expect(layer, "data_format", ["channels_last", null, undefined]);
  const dilations = layer.config.dilation_rate === undefined ? [1, 1] : pair(layer, "dilation_rate");
  return {
    ...(dilations.some((distance) => distance > 1) && { dilations: dilations as readonly [number, number] }),
    kernelSize: pair(layer, "kernel_size"),
    strides: layer.config.strides === undefined ? ([1, 1] as const) : pair(layer, "strides"),
    padding: paddingOf(layer),
    useBias: layer.config.use_bias !== false,
  };
}

/** Softmax is no activation of ours, so it becomes a layer after this one. */
function withActivation(layer: KerasLayer, make: (activation: Activation) => Layer): Layer[] {
  if (layer.config.activation !== "softmax") return [make(activationOf(layer))];
  return [make("linear"), { kind: "softmax", name: `${layer.name}_softmax`, inputs: [layer.name] }];
}

function activationOf(layer: KerasLayer): Activation {
  const activation = layer.config.activation ?? "linear";
  if (activation === "linear" || activation === "relu" || activation === "relu6") return activation;
  return unsupported(layer, `has activation ${JSON.stringify(activation)}, expected linear, relu, relu6 or softmax`);
}

function paddingOf(layer: KerasLayer): Padding {
  const padding = layer.config.padding ?? "valid";
  if (padding === "same" || padding === "valid") return padding;
  return unsupported(layer, `has padding ${JSON.stringify(padding)}, expected same or valid`);
}

function inputShapeOf(layer: KerasLayer): number[] {
  const shape = (layer.config.batch_input_shape ?? layer.config.batch_shape) as unknown;
  const extents = Array.isArray(shape) ? shape.slice(1) : [];
  if (extents.length === 0 || !extents.every((extent) => Number.isInteger(extent) && extent > 0)) {
    unsupported(layer, `has batch shape ${JSON.stringify(shape)}, expected fixed sizes after the batch`);
  }
  return extents;
}

function integer(layer: KerasLayer, key: string): number {
  const value = layer.config[key];
  if (!Number.isInteger(value) || (value as number) < 1) {
    unsupported(layer, `has ${key} ${JSON.stringify(value)}, expected a positive whole number`);
  }
  return value as number;
}

/** A setting for both axes: [vertical, horizontal], or one number for both. */
function pair(layer: KerasLayer, key: string): readonly [number, number] {
  const value = layer.config[key];
  const both = Array.isArray(value) ? value : [value, value];
  if (both.length !== 2 || !both.every((extent) => Number.isInteger(extent) && extent > 0)) {
    unsupported(layer, `has ${key} ${JSON.stringify(value)}, expected one or two positive whole numbers`);
  }
  return both as [number, number];
}

/** Keras's padding: one number for all sides, one an axis, or [before, after] for each axis. */
function marginsOf(layer: KerasLayer): Margins {
  const { padding = 1 } = layer.config;
  const axes = Array.isArray(padding) ? padding : [padding, padding];
  const sides = axes.map((axis) => (Array.isArray(axis) ? axis : [axis, axis]));
  const isWhole = (extent: unknown): boolean => Number.isInteger(extent) && (extent as number) >= 0;
  if (sides.length !== 2 || !sides.every((side) => side.length === 2 && side.every(isWhole))) {
    unsupported(layer, `has padding ${JSON.stringify(padding)}, expected one, two or two pairs of whole numbers`);
  }
  return sides as unknown as Margins;
}

function expect(layer: KerasLayer, key: string, allowed: readonly unknown[]): void {
  const value = layer.config[key];
  if (!allowed.includes(value)) {
    unsupported(layer, `has ${key} ${JSON.stringify(value)}, expected ${JSON.stringify(allowed[0])}`);
  }
}

function expectInputs(layer: KerasLayer, count: 0 | 1 | 2): void {
  const { length } = layer.inputs;
  const isEnough = length === count || (layer.className === "Concatenate" && length > 2);
  if (!isEnough) unsupported(layer, `reads ${length} layers, expected ${count}`);
}

function unsupported({ index, className, name }: KerasLayer, what: string): never {
  throw new McuEvalError("MODEL_UNSUPPORTED", `layer ${index} ("${name}", ${className}) ${what}`, {
    hint: "Supported: InputLayer, Conv2D, DepthwiseConv2D, Dense, BatchNormalization, Activation, ReLU, Softmax, Add, Multiply, Concatenate, ZeroPadding2D, AveragePooling2D, MaxPooling2D, GlobalAveragePooling2D, Flatten, Dropout.",
  });
}
