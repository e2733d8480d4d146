/** Small networks that together hold every layer kind, with seeded He-scaled weights. */

import { type Batch, openStream, sizeOf, zeros } from "../../../host/core/index.js";
import { type Graph, type Layer, type Network, type Param, paramShapes } from "../../../host/nn/index.js";

const window = { strides: [1, 1], padding: "same" } as const;

const RESIDUAL: Layer[] = [
  { kind: "input", name: "input", inputs: [], shape: [12, 12, 3] },
  {
    ...window,
    kind: "conv2d",
    name: "stem",
    inputs: ["input"],
    kernelSize: [3, 3],
    filters: 6,
    useBias: true,
    activation: "linear",
  },
  { kind: "activation", name: "stem_relu", inputs: ["stem"], activation: "relu" },
  {
    ...window,
    kind: "conv2d",
    name: "body",
    inputs: ["stem_relu"],
    kernelSize: [3, 3],
    filters: 8,
    strides: [2, 2],
    useBias: true,
    activation: "linear",
  },
  {
    ...window,
    kind: "conv2d",
    name: "skip",
    inputs: ["stem_relu"],
    kernelSize: [1, 1],
    filters: 8,
    strides: [2, 2],
    useBias: false,
    activation: "linear",
  },
  { kind: "add", name: "add", inputs: ["body", "skip"], activation: "relu" },
  {
    ...window,
    kind: "averagePool2d",
    name: "pool",
    inputs: ["add"],
    poolSize: [6, 6],
    strides: [6, 6],
    padding: "valid",
  },
  { kind: "flatten", name: "flatten", inputs: ["pool"] },
  { kind: "dense", name: "dense", inputs: ["flatten"], units: 5, useBias: true, activation: "linear" },
  { kind: "softmax", name: "softmax", inputs: ["dense"] },
];

const MOBILE: Layer[] = [
  { kind: "input", name: "input", inputs: [], shape: [13, 11, 2] },
  {
    ...window,
    kind: "conv2d",
    name: "stem",
    inputs: ["input"],
    kernelSize: [3, 2],
    filters: 4,
    strides: [2, 2],
    useBias: true,
    activation: "relu6",
  },
  {
    ...window,
    kind: "depthwiseConv2d",
    name: "depthwise",
    inputs: ["stem"],
    kernelSize: [3, 3],
    filters: 2,
    useBias: true,
    activation: "linear",
  },
  { kind: "activation", name: "depthwise_relu6", inputs: ["depthwise"], activation: "relu6" },
  {
    ...window,
    kind: "maxPool2d",
    name: "pool",
    inputs: ["depthwise_relu6"],
    poolSize: [2, 2],
    strides: [2, 2],
    padding: "same",
  },
  {
    ...window,
    kind: "conv2d",
    name: "point",
    inputs: ["pool"],
    kernelSize: [1, 1],
    filters: 6,
    padding: "valid",
    useBias: false,
    activation: "linear",
  },
  // Read twice, so it stays an operator of its own.
  { kind: "activation", name: "point_relu", inputs: ["point"], activation: "relu" },
  { kind: "add", name: "add", inputs: ["point", "point_relu"], activation: "linear" },
  { kind: "flatten", name: "flatten", inputs: ["add"] },
  { kind: "dense", name: "hidden", inputs: ["flatten"], units: 7, useBias: true, activation: "linear" },
  { kind: "activation", name: "hidden_relu", inputs: ["hidden"], activation: "relu" },
  { kind: "dense", name: "dense", inputs: ["hidden_relu"], units: 3, useBias: false, activation: "linear" },
];

/** Residual, as ResNet-8: CONV, ADD, AVERAGE_POOL, RESHAPE, FULLY_CONNECTED, SOFTMAX. */
export function residualNetwork(): Network {
  return withWeights({ id: "residual", layers: RESIDUAL, output: "softmax", logits: "dense", bounds: [0, 1] });
}

/** Depthwise and max-pooled, inputs -1 to 1, odd sizes, ends in logits. */
export function mobileNetwork(): Network {
  return withWeights({ id: "mobile", layers: MOBILE, output: "dense", logits: "dense", bounds: [-1, 1] });
}

/** Seeded parameters: He-scaled kernels, small biases, batchNorms that are not the identity. */
export function withWeights(graph: Graph): Network {
  const params = new Map<string, Param>();
  for (const [name, shape] of paramShapes(graph)) {
    const rng = openStream(7, graph.id, name);
    const role = name.slice(name.lastIndexOf("/") + 1);
    const draw = (): number => {
      if (role === "kernel") return Math.sqrt(2 / sizeOf(shape.slice(0, -1))) * rng.normal();
      return role === "gamma" || role === "moving_variance" ? rng.uniform(0.5, 1.5) : 0.1 * rng.normal();
    };
    params.set(name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) });
  }
  return { graph, params };
}

/** Seeded uniform images within the network's bounds. */
export function images(network: Network, count: number, stream = "images"): Batch {
  const input = network.graph.layers[0];
  if (input?.kind !== "input") throw new Error("the first layer is not the input");
  const batch = zeros([count, ...input.shape]);
  const rng = openStream(7, network.graph.id, stream);
  batch.data.forEach((_, i) => {
    batch.data[i] = rng.uniform(...network.graph.bounds);
  });
  return batch;
}
