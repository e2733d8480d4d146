/**
 * Kernels of libtensorflow, called by name with prepared attribute lists.
 *
 * Going below tfjs's ops saves their validation and the gradient tape: 6 µs a call where tf.add
 * takes 34 µs.
 */

import type { Tensor } from "@tensorflow/tfjs-core";
import { endsOf } from "../core/index.js";
import { gridBits, plainFakeQuant, straightThroughEnds } from "./fake-quant.js";
import type { ConvKernel, Kernels, NormKernel, PoolKernel, PoolWindow, Window } from "./kernels.js";

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The part of tfjs-node's backend that is used here. */
interface NodeBackend {
  readonly binding: Readonly<
    Record<
      "TF_ATTR_STRING" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_ATTR_TYPE" | "TF_FLOAT" | "TF_INT32",
      number
    >
  > & {
    readonly TF_Version: string;
  };
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

type Tf = typeof import("@tensorflow/tfjs-core");

const FORMAT = "NHWC";

/** Version of the libtensorflow that the addon is linked with. */
export function libraryVersion(tf: Tf): string {
  return (tf.backend() as unknown as NodeBackend).binding.TF_Version;
}

/** @param tf a loaded @tensorflow/tfjs-node whose backend is the native one */
export function tensorflowKernels(tf: Tf): Kernels {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const type = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const ints = (name: string, value: readonly number[]): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const int = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const float = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value });
  const bool = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const one = (name: string, attributes: readonly Attribute[], ...inputs: Tensor[]): Tensor =>
    backend.executeSingleOutput(name, attributes, inputs);

  const T = [type("T", binding.TF_FLOAT)];
  const biasAttributes = [...T, text("data_format", FORMAT)];
  const windowAttributes = (window: Window): Attribute[] => [
    ...T,
    ints("strides", [1, ...window.strides, 1]),
    text("padding", window.padding.toUpperCase()),
    text("data_format", FORMAT),
  ];
  /** Shapes as tensors, kept: a few a graph and batch size, asked for in every backward pass. */
  const sizes = new Map<string, Tensor>();
  const sizesOf = (shape: readonly number[]): Tensor => {
    const key = shape.join();
    const known = sizes.get(key);
    if (known) return known;
    const made = tf.keep(tf.tensor1d(shape as number[], "int32"));
    sizes.set(key, made);
    return made;
  };

  const conv2d = (window: Window): ConvKernel => {
    const attributes = [...windowAttributes(window), ints("dilations", [1, 1, 1, 1])];
    return {
      forward: (x, kernel) => one("Conv2D", attributes, x, kernel),
      inputGradient: (shape, kernel, dy) => one("Conv2DBackpropInput", attributes, sizesOf(shape), kernel, dy),
      kernelGradient: (x, shape, dy) => one("Conv2DBackpropFilter", attributes, x, sizesOf(shape), dy),
    };
  };

  const depthwiseConv2d = (window: Window): ConvKernel => {
    const attributes = [...windowAttributes(window), ints("dilations", [1, 1, 1, 1])];
    return {
      forward: (x, kernel) => one("DepthwiseConv2dNative", attributes, x, kernel),
      inputGradient: (shape, kernel, dy) =>
        one("DepthwiseConv2dNativeBackpropInput", attributes, sizesOf(shape), kernel, dy),
      kernelGradient: (x, shape, dy) => one("DepthwiseConv2dNativeBackpropFilter", attributes, x, sizesOf(shape), dy),
    };
  };

  const poolAttributes = (window: PoolWindow) => [...windowAttributes(window), ints("ksize", [1, ...window.size, 1])];

  const averagePool = (window: PoolWindow): PoolKernel => {
    const attributes = poolAttributes(window);
    return {
      forward: (x) => one("AvgPool", attributes, x),
      gradient: (x, _y, dy) => one("AvgPoolGrad", attributes, sizesOf(x.shape), dy),
    };
  };

  const maxPool = (window: PoolWindow): PoolKernel => {
    const attributes = poolAttributes(window);
    return {
      forward: (x) => one("MaxPool", attributes, x),
      gradient: (x, y, dy) => one("MaxPoolGrad", attributes, x, y, dy),
    };
  };

  // TF takes empty statistics as "none yet" in training mode.
  const none = tf.keep(tf.tensor1d([], "float32"));

  const batchNorm = (epsilon: number): NormKernel => {
    const attributes = (training: boolean) => [
      ...T,
      type("U", binding.TF_FLOAT),
      float("epsilon", epsilon),
      text("data_format", FORMAT),
      bool("is_training", training),
    ];
    const training = attributes(true);
    const inference = attributes(false);
    const run = (use: readonly Attribute[], inputs: Tensor[]) =>
      backend.executeMultipleOutputs("FusedBatchNormV3", use, inputs, 6) as [Tensor, Tensor, Tensor, ...Tensor[]];
    const gradient = (use: readonly Attribute[], inputs: Tensor[]) =>
      backend.executeMultipleOutputs("FusedBatchNormGradV3", use, inputs, 5) as [Tensor, Tensor, Tensor, ...Tensor[]];
    // The kernel wants images: rows of features become images of one pixel.
    const image = (x: Tensor): Tensor => (x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape.at(-1) ?? 0]));
    const like = (x: Tensor, y: Tensor): Tensor => (x.rank === 4 ? y : tf.reshape(y, x.shape));
    return {
      infer: (x, gamma, beta, mean, variance) => like(x, run(inference, [image(x), gamma, beta, mean, variance])[0]),
      inferGradient: (dy, x, gamma, mean, variance) =>
        like(x, gradient(inference, [image(dy), image(x), gamma, mean, variance, none])[0]),
      train(x, gamma, beta) {
        const [y, mean, variance, ...saved] = run(training, [image(x), gamma, beta, none, none]);
        return { y: like(x, y), mean, variance, saved };
      },
      trainGradient(dy, x, gamma, { saved }) {
        const [dx, dGamma, dBeta] = gradient(training, [image(dy), image(x), gamma, ...saved]);
        return [like(x, dx), dGamma, dBeta];
      },
    };
  };

  /** 85 µs for half a million floats, where division, rounding, clipping and product take 806. */
  const fakeQuant: Kernels["fakeQuant"] = (grid, ties) => {
    const attributes = ([min, max]: readonly [number, number]) => [
      float("min", min),
      float("max", max),
      int("num_bits", gridBits(grid)),
      bool("narrow_range", false),
    ];
    const rounding = attributes(endsOf(grid));
    const passing = attributes(straightThroughEnds(grid));
    return {
      forward:
        ties === "up" ? (x) => one("FakeQuantWithMinMaxArgs", rounding, x) : plainFakeQuant(tf, grid, ties).forward,
      gradient: (dy, x) => one("FakeQuantWithMinMaxArgsGradient", passing, dy, x),
    };
  };

  const matMulAttributes = [false, true].map((a) =>
    [false, true].map((b) => [...T, bool("transpose_a", a), bool("transpose_b", b)]),
  );

  return {
    conv2d,
    depthwiseConv2d,
    averagePool,
    maxPool,
    batchNorm,
    fakeQuant,
    nudge: (x, amount) => one("AddV2", T, x, one("Mul", T, one("Sign", T, x), amount)),
    matMul: (a, b, transposeA = false, transposeB = false) =>
      one("MatMul", matMulAttributes[Number(transposeA)]?.[Number(transposeB)] ?? [], a, b),
    biasAdd: (x, bias) => one("BiasAdd", biasAttributes, x, bias),
    biasGradient: (dy) => one("BiasAddGrad", biasAttributes, dy),
    add: (a, b) => one("AddV2", T, a, b),
    multiply: (a, b) => one("Mul", T, a, b),
    concat: (parts) => tf.concat([...parts], -1),
    pad: (x, margins) => tf.pad(x, margins as [number, number][]),
    slice: (x, begin, size) => tf.slice(x, begin as number[], size as number[]),
    rectify: (kind, x) => one(kind === "relu" ? "Relu" : "Relu6", T, x),
    rectifyGradient: (kind, dy, y) => one(kind === "relu" ? "ReluGrad" : "Relu6Grad", T, dy, y),
    softmax: (x) => one("Softmax", T, x),
    softmaxGradient: (dy, y) => {
      const weighted = one("Mul", T, dy, y);
      const sums = tf.sum(weighted, -1, true);
      return one("Mul", T, one("Sub", T, dy, sums), y);
    },
    softmaxCrossEntropy: (logits, labels) =>
      backend.executeMultipleOutputs("SoftmaxCrossEntropyWithLogits", T, [logits, labels], 2) as [Tensor, Tensor],
    reshape: (x, shape) => tf.reshape(x, shape as number[]),
  };
}
