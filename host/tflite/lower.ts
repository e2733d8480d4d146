/** One layer of a float graph as a quantised TFLite operator with its tensors. */

import { McuEvalError, sizeOf } from "../core/index.js";
import type { Activation, Layer, Network, Padding, Param } from "../nn/index.js";
import type { OperatorOptions, TfliteOperator, TfliteQuantization, TfliteTensor } from "./model.js";
import { activationQuantization, type Range, type Scheme, VERSIONS } from "./scheme.js";
import { convKernel, denseKernel, depthwiseKernel, type Kernel, quantizeLinear } from "./weights.js";

/**
 * Ranges of float activations by name of the layer, in the network without batchNorm layers; layers whose
 * scale is their input's need none.
 */
export type Ranges = ReadonlyMap<string, Range>;

/** What a conversion reads, and what it has made so far. */
export interface Conversion {
  readonly scheme: Scheme;
  readonly network: Network;
  readonly ranges: Ranges;
  /** Output shapes without the batch axis, by layer name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly tensors: TfliteTensor[];
  readonly operators: TfliteOperator[];
  /** Index into `tensors` by the name of the layer whose output it is. */
  readonly activations: Map<string, number>;
}

interface Lowered {
  readonly op: string;
  /** Constants that follow the activations among the operator's inputs. */
  readonly constants?: readonly TfliteTensor[];
  readonly quantization: TfliteQuantization;
  readonly options: OperatorOptions | null;
}

/** Adds one layer's operator, constants and output to the conversion. */
export function lower(conversion: Conversion, layer: Layer): void {
  if (layer.kind === "input") {
    const [min, max] = conversion.network.graph.bounds;
    addActivation(conversion, layer.name, activationQuantization(conversion.scheme, { min, max }));
    return;
  }
  const sources = layer.inputs.map((name) => conversion.activations.get(name) as number);
  if (layer.kind === "activation" && layer.activation === "linear") {
    conversion.activations.set(layer.name, sources[0] as number);
    return;
  }
  const source = conversion.tensors[sources[0] as number]?.quantization as TfliteQuantization;
  const { op, constants = [], quantization, options } = operatorOf(conversion, layer, source);
  const inputs = [...sources, ...constants.map((constant) => conversion.tensors.push(constant) - 1)];
  const outputs = [addActivation(conversion, layer.name, quantization)];
  conversion.operators.push({ op, version: VERSIONS[op] as number, inputs, outputs, options });
}

/** @param source quantisation of the first input */
function operatorOf(
  conversion: Conversion,
  layer: Exclude<Layer, { kind: "input" }>,
  source: TfliteQuantization,
): Lowered {
  const own = (): TfliteQuantization => calibrated(conversion, layer.name);
  switch (layer.kind) {
    case "conv2d":
      return {
        op: "CONV_2D",
        constants: linearConstants(conversion, layer, convKernel, source, 0),
        quantization: own(),
        options: { ...windowOptions(layer), ...convolutionOptions(layer) },
      };
    case "depthwiseConv2d":
      return {
        op: "DEPTHWISE_CONV_2D",
        constants: linearConstants(conversion, layer, depthwiseKernel, source, 3),
        quantization: own(),
        options: { ...windowOptions(layer), ...convolutionOptions(layer), depth_multiplier: layer.filters },
      };
    case "dense":
      return {
        op: "FULLY_CONNECTED",
        constants: linearConstants(conversion, layer, denseKernel, source, null),
        quantization: own(),
        options: { fused_activation_function: layer.activation, keep_num_dims: false },
      };
    case "add":
      return {
        op: "ADD",
        quantization: own(),
        options: {
          fused_activation_function: layer.activation,
          pot_scale_int16: conversion.scheme.potScaleInt16,
        },
      };
    case "multiply":
      return { op: "MUL", quantization: own(), options: { fused_activation_function: layer.activation } };
    case "concat": {
      const axis = conversion.shapes.get(layer.name)?.length ?? 0;
      return { op: "CONCATENATION", quantization: source, options: { axis, fused_activation_function: "linear" } };
    }
    case "zeroPad2d": {
      const margins = Int32Array.from([[0, 0], ...layer.margins, [0, 0]].flat());
      const constant = constantTensor(`${layer.name}/margins`, [4, 2], "int32", margins, null);
      return { op: "PAD", constants: [constant], quantization: source, options: {} };
    }
    case "activation":
      return { op: layer.activation.toUpperCase(), quantization: source, options: null };
    case "averagePool2d":
    case "maxPool2d":
      return {
        op: layer.kind === "maxPool2d" ? "MAX_POOL_2D" : "AVERAGE_POOL_2D",
        quantization: source,
        options: {
          ...windowOptions(layer),
          filter_height: layer.poolSize[0],
          filter_width: layer.poolSize[1],
          fused_activation_function: "linear",
        },
      };
    case "flatten": {
      const shape = [1, sizeOf(conversion.shapes.get(layer.name) ?? [])];
      const constant = constantTensor(`${layer.name}/shape`, [2], "int32", Int32Array.from(shape), null);
      return { op: "RESHAPE", constants: [constant], quantization: source, options: { new_shape: shape } };
    }
    case "softmax":
      return { op: "SOFTMAX", quantization: conversion.scheme.softmaxOutput, options: { beta: 1 } };
    case "fakeQuant":
      throw new McuEvalError(
        "MODEL_UNSUPPORTED",
        `layer "${layer.name}" rounds to a grid: the network is quantised already`,
      );
    case "batchNorm":
      throw new McuEvalError("INTERNAL", `layer "${layer.name}" should have been folded`);
  }
}

function windowOptions(layer: { strides: readonly [number, number]; padding: Padding }): OperatorOptions {
  return { padding: layer.padding, stride_h: layer.strides[0], stride_w: layer.strides[1] };
}

function convolutionOptions({
  activation,
  dilations: [vertical, horizontal] = [1, 1],
}: Extract<Layer, { filters: number }>): OperatorOptions {
  return { fused_activation_function: activation, dilation_w_factor: horizontal, dilation_h_factor: vertical };
}

function calibrated({ scheme, ranges }: Conversion, layer: string): TfliteQuantization {
  const range = ranges.get(layer);
  if (range === undefined || !Number.isFinite(range.min) || !Number.isFinite(range.max)) {
    const found = range === undefined ? "no range" : `range ${range.min} to ${range.max}`;
    throw new McuEvalError("DATA_MISMATCH", `layer "${layer}" has ${found}, expected a finite one`, {
      hint: "Calibrate the very network that is to be converted.",
    });
  }
  return activationQuantization(scheme, range);
}

/**
 * Weights and bias; zeros for a layer without bias, since TFLM of mid-2020 cannot plan an absent one.
 *
 * @param channelAxis axis of the output channels in TFLite's layout, or null for one scale for all
 */
function linearConstants(
  { scheme, network }: Conversion,
  layer: Extract<Layer, { activation: Activation; useBias: boolean }>,
  toKernel: (param: Param) => Kernel,
  source: TfliteQuantization,
  channelAxis: number | null,
): TfliteTensor[] {
  const kernel = toKernel(paramOf(network, `${layer.name}/kernel`));
  const bias = layer.useBias ? paramOf(network, `${layer.name}/bias`).data : new Float32Array(kernel.channels);
  const linear = quantizeLinear(scheme, kernel, bias, source.scale[0] as number, channelAxis !== null);
  const symmetric = (scale: readonly number[], axis: number): TfliteQuantization => ({
    scale,
    zeroPoint: scale.map(() => 0),
    axis,
  });
  const { type } = scheme.weight;
  const weightScales = symmetric(linear.weightScales, channelAxis ?? 0);
  return [
    constantTensor(`${layer.name}/kernel`, kernel.shape, type, linear.weights, weightScales),
    constantTensor(
      `${layer.name}/bias`,
      [kernel.channels],
      scheme.bias.type,
      scheme.bias.type === "int64" ? BigInt64Array.from(linear.bias, BigInt) : linear.bias,
      symmetric(linear.biasScales, 0),
    ),
  ];
}

function paramOf(network: Network, name: string): Param {
  const param = network.params.get(name);
  if (!param) throw new McuEvalError("DATA_MISMATCH", `the network has no parameter "${name}"`);
  return param;
}

function addActivation(conversion: Conversion, layer: string, quantization: TfliteQuantization): number {
  const shape = [1, ...(conversion.shapes.get(layer) ?? [])];
  const { type } = conversion.scheme.activation;
  const index = conversion.tensors.push({ name: layer, shape, type, data: null, quantization, isVariable: false }) - 1;
  conversion.activations.set(layer, index);
  return index;
}

function constantTensor(
  name: string,
  shape: readonly number[],
  type: TfliteTensor["type"],
  values: Int8Array | Int32Array | BigInt64Array,
  quantization: TfliteQuantization | null,
): TfliteTensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, shape, type, data, quantization, isVariable: false };
}
