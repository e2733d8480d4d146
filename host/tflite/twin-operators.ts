/** Operators of a `.tflite` as layers of its twin. */

import { McuEvalError, rangeOf, roundHalfAwayFromZero, sizeOf } from "../core/index.js";
import type { Activation, Padding } from "../nn/index.js";
import type { TfliteOperator } from "./model.js";
import { biasOf, convWeights, type Dequantized, denseWeights, depthwiseWeights } from "./twin-constants.js";
import { gridAt, type LayerBody, place, placeRounded, type TwinGraph, tensorAt } from "./twin-graph.js";
import { doubleRoundingOf } from "./twin-rounding.js";

interface Build {
  readonly twin: TwinGraph;
  readonly operator: TfliteOperator;
  /** Indices of the operator's first input and of its output. */
  readonly input: number;
  readonly output: number;
  /** The error that says what of this operator has no form here. */
  refusal(what: string): McuEvalError;
}

const OPERATORS: Readonly<Record<string, (build: Build) => void>> = {
  ADD: (build) => {
    const { twin, operator, output } = build;
    placeRounded(twin, output, operator.inputs, { kind: "add", activation: fusedActivation(build) });
  },
  AVERAGE_POOL_2D: (build) => pool(build, "averagePool2d"),
  CONV_2D: (build) => {
    const weights = convWeights(tensorAt(build.twin, build.operator.inputs[1]));
    linear(build, weights, { kind: "conv2d", ...undilated(build), ...kernelOf(weights) });
  },
  DEPTHWISE_CONV_2D: (build) => {
    const tensor = tensorAt(build.twin, build.operator.inputs[1]);
    const channels = tensorAt(build.twin, build.input).shape.at(-1) ?? 0;
    const weights = depthwiseWeights(tensor, (tensor.shape[3] as number) / channels);
    linear(build, weights, { kind: "depthwiseConv2d", ...undilated(build), ...kernelOf(weights) });
  },
  FULLY_CONNECTED: (build) => {
    const { shape } = tensorAt(build.twin, build.input);
    if (shape.length !== 2) throw build.refusal(`takes [${shape.join(", ")}], expected [1, n]`);
    const weights = denseWeights(tensorAt(build.twin, build.operator.inputs[1]));
    linear(build, weights, { kind: "dense", units: weights.channelScales.length });
  },
  MAX_POOL_2D: (build) => pool(build, "maxPool2d"),
  RELU: (build) => rectify(build, "relu"),
  RELU6: (build) => rectify(build, "relu6"),
  RESHAPE: (build) => {
    const [from, to] = [tensorAt(build.twin, build.input).shape, tensorAt(build.twin, build.output).shape];
    if (to.length !== 2 || to[0] !== 1 || to[1] !== sizeOf(from)) {
      throw build.refusal(`gives [${to.join(", ")}] of [${from.join(", ")}], expected [1, ${sizeOf(from)}]`);
    }
    onGrid(build, { kind: "flatten" });
  },
  SOFTMAX: (build) => {
    const { beta } = build.operator.options ?? {};
    if (beta !== 1) throw build.refusal(`has beta ${beta}, expected 1`);
    placeRounded(build.twin, build.output, [build.input], { kind: "softmax" });
  },
};

/**
 * Adds an operator's layers to the twin.
 *
 * @param number the operator's place in the model, for errors
 * @throws McuEvalError MODEL_UNSUPPORTED naming the operator and what of it has no form here
 */
export function buildOperator(twin: TwinGraph, operator: TfliteOperator, number: number): void {
  const refusal = (what: string): McuEvalError =>
    new McuEvalError("MODEL_UNSUPPORTED", `operator ${number} (${operator.op}) of the model ${what}`, {
      hint: `The twin knows ${Object.keys(OPERATORS).join(", ")}.`,
    });
  const build = OPERATORS[operator.op];
  const [input] = operator.inputs;
  const [output] = operator.outputs;
  if (build === undefined) throw refusal("has no form in the differentiable twin");
  if (input === undefined || output === undefined) throw refusal("has no input or no output");
  build({ twin, operator, input, output, refusal });
}

/** TFLite's averaging kernel rounds a mean of integers that ends on a half away from their 0. */
function pool(build: Build, kind: "averagePool2d" | "maxPool2d"): void {
  const { twin, operator, input, output } = build;
  const { filter_height, filter_width } = operator.options ?? {};
  if (fusedActivation(build) !== "linear") throw build.refusal("has a fused activation");
  const body = { kind, ...windowOf(build), poolSize: [filter_height as number, filter_width as number] as const };
  if (kind === "maxPool2d") onGrid(build, body);
  else placeRounded(twin, output, [input], body, {}, { ties: "fromInteger0" });
}

/** A layer whose outputs are among its inputs' values, which need no rounding. */
function onGrid(build: Build, body: LayerBody): void {
  const [from, to] = [gridAt(build.twin, build.input), gridAt(build.twin, build.output)];
  if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) {
    throw build.refusal(`goes from scale ${from.scale} to ${to.scale}, expected the same grid`);
  }
  place(build.twin, build.output, [build.input], body);
}

function rectify({ twin, input, output }: Build, activation: Activation): void {
  placeRounded(twin, output, [input], { kind: "activation", activation });
}

type LinearBody = Extract<LayerBody, { useBias: boolean }>;
type BareLinear<B = LinearBody> = B extends LinearBody ? Omit<B, "useBias" | "activation"> : never;

/** A layer with a kernel and a bias, rounded as its kernel rounds. */
function linear(build: Build, weights: Dequantized, bare: BareLinear): void {
  const { twin, operator, input, output } = build;
  const { scale } = gridAt(twin, input);
  const { data, shape, channelScales } = weights;
  const index = operator.inputs[2] ?? -1;
  const zeroBias = { data: new Float32Array(channelScales.length), shape: [channelScales.length] };
  const bias = index < 0 ? zeroBias : biasOf(tensorAt(twin, index), scale, channelScales);
  const nudge = doubleRoundingOf(scale, channelScales, gridAt(twin, output));
  const isRectified = operator.options?.fused_activation_function !== "linear";
  // Where only positive values count, the bias moves them at no cost.
  if (isRectified)
    for (const [channel, amount] of nudge.entries()) bias.data[channel] = (bias.data[channel] as number) + amount;
  const body = { ...bare, useBias: true, activation: fusedActivation(build) } as LinearBody;
  const rounding = isRectified || nudge.every((amount) => amount === 0) ? {} : { nudge };
  placeRounded(twin, output, [input], body, { kernel: { data, shape }, bias }, rounding);
}

function kernelOf({ shape }: Dequantized): { kernelSize: readonly [number, number]; filters: number } {
  const [height, width, , filters] = shape as [number, number, number, number];
  return { kernelSize: [height, width], filters };
}

/**
 * The rectifier at the end of a layer; "linear" where the output's grid ends where the rectifier would, so
 * that the rounding clamps for both.
 */
function fusedActivation({ twin, operator, output, refusal }: Build): Activation {
  const name = operator.options?.fused_activation_function ?? "linear";
  if (name !== "linear" && name !== "relu" && name !== "relu6") throw refusal(`has the fused activation ${name}`);
  const { type, scale, zeroPoint } = gridAt(twin, output);
  const [min, max] = rangeOf(type);
  const clampsBelow = zeroPoint === min;
  const clampsAbove = zeroPoint + roundHalfAwayFromZero(6 / scale) >= max;
  return clampsBelow && (name === "relu" || clampsAbove) ? "linear" : name;
}

function windowOf({ operator }: Build): { strides: readonly [number, number]; padding: Padding } {
  const { stride_h, stride_w, padding } = operator.options ?? {};
  return { strides: [stride_h as number, stride_w as number], padding: padding as Padding };
}

function undilated(build: Build): ReturnType<typeof windowOf> {
  const { dilation_h_factor, dilation_w_factor } = build.operator.options ?? {};
  if (dilation_h_factor !== 1 || dilation_w_factor !== 1) throw build.refusal("is dilated");
  return windowOf(build);
}
