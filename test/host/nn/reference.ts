/** The same graphs in plain tfjs ops, whose gradients come from tfjs's own tape. */

import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { openStream, rangeOf, sizeOf, snapToGrid } from "../../../host/core/index.js";
import { type Engine, type Graph, type Layer, type Param, paramShapes } from "../../../host/nn/index.js";

type Tf = Engine["tf"];

function rectified(tf: Tf, activation: string, x: Tensor): Tensor {
  return activation === "relu" ? tf.relu(x) : activation === "relu6" ? tf.relu6(x) : x;
}

type Convolution = Extract<Layer, { kind: "conv2d" | "depthwiseConv2d" }>;

/** A dilated convolution, tap by tap: tfjs's own has no gradient. */
function sumOfTaps(tf: Tf, layer: Convolution, dilations: readonly [number, number], x: Tensor4D, kernel: Tensor4D) {
  const [kernelHeight, kernelWidth, depth, multiplier] = kernel.shape;
  const along = (axis: 0 | 1, taps: number) => {
    const [extent, stride, dilation] = [x.shape[1 + axis] as number, layer.strides[axis], dilations[axis]];
    const size = (taps - 1) * dilation + 1;
    const out = layer.padding === "same" ? Math.ceil(extent / stride) : Math.ceil((extent - size + 1) / stride);
    const missing = layer.padding === "same" ? Math.max(0, (out - 1) * stride + size - extent) : 0;
    const margins = [Math.floor(missing / 2), Math.ceil(missing / 2)] as [number, number];
    const at = (tap: number) =>
      tf.tensor1d(
        Array.from({ length: out }, (_, i) => i * stride + tap * dilation),
        "int32",
      );
    return { out, margins, at };
  };
  const [rows, columns] = [along(0, kernelHeight), along(1, kernelWidth)];
  const padded = tf.pad(x, [[0, 0], rows.margins, columns.margins, [0, 0]]);
  const count = x.shape[0] * rows.out * columns.out;
  const parts: Tensor[] = [];
  for (let v = 0; v < kernelHeight; v++) {
    for (let h = 0; h < kernelWidth; h++) {
      const seen = tf.gather(tf.gather(padded, rows.at(v), 1), columns.at(h), 2);
      const tap = tf.reshape(tf.slice(kernel, [v, h, 0, 0], [1, 1, depth, multiplier]), [depth, multiplier]);
      parts.push(
        layer.kind === "conv2d"
          ? tf.matMul(tf.reshape(seen, [count, depth]), tap)
          : tf.mul(tf.reshape(seen, [count, depth, 1]), tap),
      );
    }
  }
  return tf.reshape(tf.addN(parts), [x.shape[0], rows.out, columns.out, -1]);
}

function layerOf(tf: Tf, layer: Layer, inputs: Tensor[], role: (name: string) => Tensor, training: boolean): Tensor {
  const x = inputs[0] as Tensor4D;
  switch (layer.kind) {
    case "input":
      throw new Error("the input computes nothing");
    case "conv2d":
    case "depthwiseConv2d": {
      const run = layer.kind === "conv2d" ? tf.conv2d : tf.depthwiseConv2d;
      const kernel = role("kernel") as Tensor4D;
      const z = layer.dilations
        ? sumOfTaps(tf, layer, layer.dilations, x, kernel)
        : run(x, kernel, [...layer.strides], layer.padding);
      return rectified(tf, layer.activation, layer.useBias ? tf.add(z, role("bias")) : z);
    }
    case "dense": {
      const z = tf.matMul(x as Tensor, role("kernel"));
      return rectified(tf, layer.activation, layer.useBias ? tf.add(z, role("bias")) : z);
    }
    case "batchNorm": {
      const { mean, variance } = training
        ? tf.moments(x, x.rank === 4 ? [0, 1, 2] : [0])
        : { mean: role("moving_mean"), variance: role("moving_variance") };
      const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, layer.epsilon)));
      return tf.add(tf.mul(normal, role("gamma")), role("beta"));
    }
    case "activation":
      return rectified(tf, layer.activation, x);
    case "add":
      return rectified(tf, layer.activation, tf.addN(inputs));
    case "multiply":
      return rectified(
        tf,
        layer.activation,
        inputs.reduce((product, y) => tf.mul(product, y)),
      );
    case "concat":
      return tf.concat(inputs, -1);
    case "zeroPad2d":
      return tf.pad(x, [[0, 0], [...layer.margins[0]], [...layer.margins[1]], [0, 0]]);
    case "averagePool2d":
      return tf.avgPool(x, [...layer.poolSize], [...layer.strides], layer.padding);
    case "maxPool2d":
      return tf.maxPool(x, [...layer.poolSize], [...layer.strides], layer.padding);
    case "flatten":
      return tf.reshape(x, [x.shape[0], -1]);
    case "softmax":
      return tf.softmax(x as Tensor);
    case "fakeQuant": {
      const { scale, zeroPoint, type } = layer.grid;
      const ends = rangeOf(type).map((end) => (end - zeroPoint) * scale) as [number, number];
      const rounded = tf.customGrad((...[z, save]) => {
        (save as unknown as (kept: Tensor[]) => void)([z as Tensor]);
        const moved = layer.useNudge ? tf.add(z as Tensor, tf.mul(tf.sign(z as Tensor), role("nudge"))) : (z as Tensor);
        return {
          value: tf.tensor(snapToGrid(moved.dataSync() as Float32Array, layer.grid), moved.shape),
          gradFunc: (dy: Tensor, [kept]: Tensor[]) => {
            const inside = tf.logicalAnd(
              tf.greaterEqual(kept as Tensor, ends[0]),
              tf.lessEqual(kept as Tensor, ends[1]),
            );
            return tf.mul(dy, tf.cast(inside, "float32"));
          },
        };
      });
      return rounded(x as Tensor);
    }
  }
}

/** Output of layer `at`; parameters by `<layer>/<role>`. */
export function referenceForward(
  tf: Tf,
  graph: Graph,
  params: ReadonlyMap<string, Tensor>,
  x: Tensor,
  at: string,
  training: boolean,
): Tensor {
  const outputs = new Map<string, Tensor>();
  for (const layer of graph.layers) {
    const inputs = layer.inputs.map((name) => outputs.get(name) as Tensor);
    const role = (name: string) => params.get(`${layer.name}/${name}`) as Tensor;
    outputs.set(layer.name, layer.kind === "input" ? x : layerOf(tf, layer, inputs, role, training));
    if (layer.name === at) break;
  }
  return outputs.get(at) as Tensor;
}

/** Values in [-1, 1), or [0.5, 1.5) for gammas and variances, by name. */
export function randomParams(graph: Graph, seed: number): Map<string, Param> {
  return new Map(
    [...paramShapes(graph)].map(([key, shape]) => {
      const low = /gamma|variance/.test(key) ? 0.5 : -1;
      const rng = openStream(seed, key);
      return [key, { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(low, low + 1)) }];
    }),
  );
}

/** Seeded values in [low, high). */
export function randomFloats(length: number, seed: number, low = 0, high = 1): Float32Array {
  const rng = openStream(seed, "floats");
  return Float32Array.from({ length }, () => rng.uniform(low, high));
}

/** The largest absolute difference, relative to the largest value of `expected` (at least 1). */
export function relativeGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let gap = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    gap = Math.max(gap, Math.abs((actual[i] as number) - (expected[i] as number)));
    scale = Math.max(scale, Math.abs(expected[i] as number));
  }
  return gap / scale;
}
