/** The same operations on tfjs's plain JavaScript backend, for machines without libtensorflow. Slow. */

import type { NamedAttrMap, NamedTensorMap, Rank, Tensor } from "@tensorflow/tfjs-core";
import { plainFakeQuant } from "./fake-quant.js";
import type { ConvKernel, Kernels, NormKernel, PoolKernel, PoolWindow, Window } from "./kernels.js";

type Tf = typeof import("@tensorflow/tfjs-core");

/** @param tf a tfjs-core whose backend is "cpu" */
export function cpuKernels(tf: Tf): Kernels {
  const run = (name: string, inputs: NamedTensorMap, attributes: NamedAttrMap): Tensor =>
    tf.engine().runKernel(name, inputs, attributes) as Tensor;

  /** Both convolutions: tfjs names their kernels alike. */
  const convKernel = (name: string, gradients: string, { strides, padding }: Window): ConvKernel => {
    const attributes = { strides: [...strides], pad: padding, dataFormat: "NHWC", dilations: [1, 1] };
    return {
      forward: (x, filter) => run(name, { x, filter }, attributes),
      inputGradient: (inputShape, filter, dy) =>
        run(`${gradients}BackpropInput`, { dy, filter }, { ...attributes, inputShape: [...inputShape] }),
      kernelGradient: (x, filterShape, dy) =>
        run(`${gradients}BackpropFilter`, { x, dy }, { ...attributes, filterShape: [...filterShape] }),
    };
  };

  const poolKernel = (name: string, { size, strides, padding }: PoolWindow): PoolKernel => {
    const attributes = { filterSize: [...size], strides: [...strides], pad: padding };
    return {
      forward: (x) => run(name, { x }, attributes),
      gradient: (input, output, dy) => run(`${name}Grad`, { dy, input, output }, attributes),
    };
  };

  const sumToChannels = (x: Tensor): Tensor =>
    tf.sum(
      x,
      x.shape.slice(0, -1).map((_, axis) => axis),
    );

  const batchNorm = (epsilon: number): NormKernel => {
    const inverse = (variance: Tensor): Tensor => tf.rsqrt(tf.add(variance, epsilon));
    return {
      infer: (x, gamma, beta, mean, variance) =>
        tf.add(tf.mul(tf.sub(x, mean), tf.mul(gamma, inverse(variance))), beta),
      inferGradient: (dy, _x, gamma, _mean, variance) => tf.mul(dy, tf.mul(gamma, inverse(variance))),
      train(x, gamma, beta) {
        const { mean, variance } = tf.moments(
          x,
          x.shape.slice(0, -1).map((_, axis) => axis),
        );
        const inverted = inverse(variance);
        const normal: Tensor = tf.mul(tf.sub(x, mean), inverted);
        const count = x.size / mean.size;
        const unbiased: Tensor = tf.mul(variance, count / Math.max(1, count - 1));
        return { y: tf.add(tf.mul(normal, gamma), beta), mean, variance: unbiased, saved: [normal, inverted] };
      },
      // Ioffe & Szegedy 2015, section 3, in its closed form.
      trainGradient(dy, _x, gamma, { saved: [normal, inverted] }) {
        const dBeta = sumToChannels(dy);
        const dGamma = sumToChannels(tf.mul(dy, normal as Tensor));
        const count = dy.size / dBeta.size;
        const common = tf.div(tf.add(dBeta, tf.mul(normal as Tensor, dGamma)), count);
        return [tf.mul(tf.sub(dy, common), tf.mul(gamma, inverted as Tensor)), dGamma, dBeta];
      },
    };
  };

  return {
    conv2d: (window) => convKernel("Conv2D", "Conv2D", window),
    depthwiseConv2d: (window) => convKernel("DepthwiseConv2dNative", "DepthwiseConv2dNative", window),
    averagePool: (window) => poolKernel("AvgPool", window),
    maxPool: (window) => poolKernel("MaxPool", window),
    batchNorm,
    fakeQuant: (grid, ties) => plainFakeQuant(tf, grid, ties),
    nudge: (x, amount) => tf.add(x, tf.mul(tf.sign(x), amount)),
    matMul: (a, b, transposeA = false, transposeB = false) => tf.matMul(a, b, transposeA, transposeB),
    biasAdd: (x, bias) => tf.add(x, bias),
    biasGradient: sumToChannels,
    add: (a, b) => tf.add(a, b),
    multiply: (a, b) => tf.mul(a, b),
    concat: (parts) => tf.concat([...parts], -1),
    pad: (x, margins) => tf.pad(x, margins as [number, number][]),
    slice: (x, begin, size) => tf.slice(x, begin as number[], size as number[]),
    rectify: (kind, x) => (kind === "relu" ? tf.relu(x) : tf.relu6(x)),
    rectifyGradient(kind, dy, y) {
      const open = kind === "relu" ? tf.greater(y, 0) : tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6));
      return tf.mul(dy, tf.cast(open, "float32"));
    },
    softmax: (x) => tf.softmax(x),
    softmaxGradient: (dy, y) => tf.mul(tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true)), y),
    softmaxCrossEntropy(logits, labels) {
      const logProbabilities = tf.logSoftmax(logits);
      const losses: Tensor = tf.neg(tf.sum(tf.mul(labels, logProbabilities), -1));
      return [losses, tf.sub(tf.exp(logProbabilities), labels)];
    },
    reshape: (x, shape) => tf.reshape<Rank>(x, shape as number[]),
  };
}
