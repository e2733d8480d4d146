/** The tensor operations the layers are built from; each engine brings its own set. */

import type { Tensor } from "@tensorflow/tfjs-core";
import type { Grid } from "../core/index.js";
import type { Padding, Ties } from "./graph.js";

export type { Tensor };

export interface Window {
  /** [vertical, horizontal] */
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

export interface PoolWindow extends Window {
  readonly size: readonly [number, number];
}

export type Rectifier = "relu" | "relu6";

/** One convolution with its attributes prepared. Activations [N,H,W,C], kernels as in graph.ts. */
export interface ConvKernel {
  forward(x: Tensor, kernel: Tensor): Tensor;
  /** @param inputShape [N,H,W,C] */
  inputGradient(inputShape: readonly number[], kernel: Tensor, dy: Tensor): Tensor;
  kernelGradient(x: Tensor, kernelShape: readonly number[], dy: Tensor): Tensor;
}

export interface PoolKernel {
  forward(x: Tensor): Tensor;
  gradient(x: Tensor, y: Tensor, dy: Tensor): Tensor;
}

/** What a training-mode batch normalisation leaves for its gradient and for the moving statistics. */
export interface NormalizedBatch {
  readonly y: Tensor;
  /** [C], of this batch */
  readonly mean: Tensor;
  /** [C], of this batch, unbiased (divided by count - 1) */
  readonly variance: Tensor;
  readonly saved: readonly Tensor[];
}

export interface NormKernel {
  infer(x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor): Tensor;
  /** d input of `infer`, whose statistics are constants. */
  inferGradient(dy: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, variance: Tensor): Tensor;
  train(x: Tensor, gamma: Tensor, beta: Tensor): NormalizedBatch;
  trainGradient(
    dy: Tensor,
    x: Tensor,
    gamma: Tensor,
    batch: NormalizedBatch,
  ): readonly [dx: Tensor, dGamma: Tensor, dBeta: Tensor];
}

/** Rounding to a grid, and the straight-through estimate of its gradient. */
export interface FakeQuantKernel {
  /** Each value's nearest grid point, values beyond the grid's ends clamped. What becomes of NaN is left open. */
  forward(x: Tensor): Tensor;
  /** `dy` where `x` lies within the grid's ends, 0 where it was clamped. @param x what `forward` was given */
  gradient(dy: Tensor, x: Tensor): Tensor;
}

export interface Kernels {
  conv2d(window: Window): ConvKernel;
  depthwiseConv2d(window: Window): ConvKernel;
  averagePool(window: PoolWindow): PoolKernel;
  maxPool(window: PoolWindow): PoolKernel;
  batchNorm(epsilon: number): NormKernel;
  fakeQuant(grid: Grid, ties: Ties): FakeQuantKernel;
  /** x + sign(x) * amount. @param amount [C] */
  nudge(x: Tensor, amount: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  biasAdd(x: Tensor, bias: Tensor): Tensor;
  /** Sum over all axes but the last. */
  biasGradient(dy: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  /** Side by side along the last axis. */
  concat(parts: readonly Tensor[]): Tensor;
  /** Zeros around. @param margins [before, after] for each axis */
  pad(x: Tensor, margins: readonly (readonly [number, number])[]): Tensor;
  /** A box of a tensor. @param begin, size one for each axis */
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  rectify(kind: Rectifier, x: Tensor): Tensor;
  /** @param y the rectifier's output */
  rectifyGradient(kind: Rectifier, dy: Tensor, y: Tensor): Tensor;
  softmax(x: Tensor): Tensor;
  /** @param y the softmax's output */
  softmaxGradient(dy: Tensor, y: Tensor): Tensor;
  /** @param labels [N, K] target distributions @returns losses [N] and their gradient [N, K] with respect to the logits */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): readonly [losses: Tensor, dLogits: Tensor];
  /** Shares the memory of `x`. */
  reshape(x: Tensor, shape: readonly number[]): Tensor;
}
