/**
 * The layer graph: what a float network is in this project, as data.
 *
 * Layouts are TensorFlow's: activations [N, H, W, C]; conv kernels [kh, kw, in, out]; depthwise
 * kernels [kh, kw, in, multiplier]; dense kernels [in, out]. Layers stand in topological order.
 */

import type { Grid } from "../core/index.js";

export type Padding = "same" | "valid";
export type Activation = "linear" | "relu" | "relu6";

/**
 * Where values halfway between two grid points go: up; away from the grid's integer 0, as a mean of integers
 * does; or away from the real 0, as core's `toGrid` and so every input does.
 */
export type Ties = "up" | "fromInteger0" | "fromReal0";

interface LayerBase {
  readonly name: string;
  /** Names of the layers this one reads, in order; empty for the input. */
  readonly inputs: readonly string[];
}

interface Windowed {
  /** [vertical, horizontal] */
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** Zeros around an image: [above, below] and [left, right]. */
export type Margins = readonly [readonly [number, number], readonly [number, number]];

export type Layer = LayerBase &
  (
    | { readonly kind: "input"; readonly shape: readonly number[] }
    | (Windowed & {
        readonly kind: "conv2d" | "depthwiseConv2d";
        readonly kernelSize: readonly [number, number];
        /** Output channels; for depthwise, the depth multiplier. */
        readonly filters: number;
        /** [vertical, horizontal] distance of the kernel's taps; default 1. */
        readonly dilations?: readonly [number, number];
        readonly useBias: boolean;
        readonly activation: Activation;
      })
    | { readonly kind: "dense"; readonly units: number; readonly useBias: boolean; readonly activation: Activation }
    | { readonly kind: "batchNorm"; readonly epsilon: number; readonly momentum: number }
    | { readonly kind: "activation"; readonly activation: Activation }
    /** Element by element, of inputs of one shape. */
    | { readonly kind: "add" | "multiply"; readonly activation: Activation }
    /** Inputs side by side along the last axis. */
    | { readonly kind: "concat" }
    | { readonly kind: "zeroPad2d"; readonly margins: Margins }
    | (Windowed & { readonly kind: "averagePool2d" | "maxPool2d"; readonly poolSize: readonly [number, number] })
    | { readonly kind: "flatten" }
    | { readonly kind: "softmax" }
    | {
        readonly kind: "fakeQuant";
        readonly grid: Grid;
        readonly ties: Ties;
        /** A parameter `nudge`, one a channel, moves values away from zero before they are rounded. */
        readonly useNudge: boolean;
      }
  );

export type LayerKind = Layer["kind"];

export interface Param {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters by `<layer name>/<role>`: kernel, bias, gamma, beta, moving_mean, moving_variance, nudge. */
export type Params = ReadonlyMap<string, Param>;

export interface Graph {
  readonly id: string;
  readonly layers: readonly Layer[];
  /** The layer whose output the network returns, e.g. the softmax. */
  readonly output: string;
  /** The layer whose output counts as logits: the softmax's input, or `output` where there is none. */
  readonly logits: string;
  readonly bounds: readonly [number, number];
}

/** A graph with its trained values. */
export interface Network {
  readonly graph: Graph;
  readonly params: Params;
}
