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

const affine = { useBias: true, activation: "linear" } as const;

const BRANCHED: Layer[] = [
  { kind: "input", name: "input", inputs: [], shape: [10, 9, 2] },
  {
    kind: "zeroPad2d",
    name: "pad",
    inputs: ["input"],
    margins: [
      [0, 1],
      [1, 0],
    ],
  },
  {
    ...affine,
    kind: "conv2d",
    name: "stem",
    inputs: ["pad"],
    kernelSize: [3, 3],
    filters: 3,
    strides: [2, 1],
    padding: "valid",
    activation: "relu",
  },
  {
    ...window,
    ...affine,
    kind: "conv2d",
    name: "wide",
    inputs: ["stem"],
    kernelSize: [2, 3],
    filters: 4,
    dilations: [2, 3],
  },
  {
    ...window,
    ...affine,
    kind: "depthwiseConv2d",
    name: "deep",
    inputs: ["stem"],
    kernelSize: [3, 3],
    filters: 3,
    dilations: [1, 2],
    activation: "relu6",
  },
  { ...window, kind: "averagePool2d", name: "mean", inputs: ["wide"], poolSize: [2, 3] },
  { ...window, kind: "maxPool2d", name: "peak", inputs: ["deep"], poolSize: [3, 2] },
  { kind: "concat", name: "joined", inputs: ["mean", "peak", "stem"] },
  { ...window, ...affine, kind: "conv2d", name: "left", inputs: ["joined"], kernelSize: [1, 1], filters: 6 },
  {
    ...window,
    ...affine,
    kind: "conv2d",
    name: "right",
    inputs: ["joined"],
    kernelSize: [1, 1],
    filters: 6,
    activation: "relu",
  },
  { kind: "multiply", name: "gated", inputs: ["left", "right"], activation: "linear" },
  { kind: "activation", name: "gated_relu", inputs: ["gated"], activation: "relu" },
  { kind: "flatten", name: "flatten", inputs: ["gated_relu"] },
  { ...affine, kind: "dense", name: "dense", inputs: ["flatten"], units: 8 },
];

/** Residual, as ResNet-8: CONV, ADD, AVERAGE_POOL, RESHAPE, FULLY_CONNECTED, SOFTMAX. */
export function residualNetwork(): Network {
  return withWeights({ id: "residual", layers: RESIDUAL, output: "softmax", logits: "dense", bounds: [0, 1] });
}

/** Depthwise and max-pooled, inputs -1 to 1, odd sizes, ends in logits. */
export function mobileNetwork(): Network {
  return withWeights({ id: "mobile", layers: MOBILE, output: "dense", logits: "dense", bounds: [-1, 1] });
}

/** Padding, dilations, a depth multiplier, a concatenation of three scales, a product; ends in a dense layer. */
export function branchedNetwork(): Network {
  return withWeights({ id: "branched", layers: BRANCHED, output: "dense", logits: "dense", bounds: [-2, 2] });
}

/** The network with its depthwise layers undilated and linear; its shapes stay. */
export function withPlainDepthwise({ graph, params }: Network): Network {
  const layers = graph.layers.map((layer): Layer => {
    if (layer.kind !== "depthwiseConv2d") return layer;
    const { dilations: _, ...plain } = layer;
    return { ...plain, activation: "linear" };
  });
  return { graph: { ...graph, layers }, params };
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

/** The network with weights that 8 bits hold exactly: what is left to differ is the activations. */
export function withWeightsOnGrid({ graph, params }: Network): Network {
  const rounded = [...params].map(([name, { shape, data }]): [string, Param] => {
    if (!name.endsWith("/kernel")) return [name, { shape, data }];
    // The output channel runs fastest; dense layers have one scale for all.
    const isDepthwise = graph.layers.some(
      (layer) => layer.kind === "depthwiseConv2d" && name === `${layer.name}/kernel`,
    );
    const channels = shape.length === 2 ? 1 : sizeOf(shape.slice(isDepthwise ? 2 : 3));
    const largest = new Float64Array(channels);
    data.forEach((value, i) => {
      largest[i % channels] = Math.max(largest[i % channels] as number, Math.abs(value));
    });
    const onGrid = data.map((value, i) => {
      const scale = (largest[i % channels] as number) / 127;
      return Math.round(value / scale) * scale;
    });
    return [name, { shape, data: onGrid }];
  });
  return { graph, params: new Map(rounded) };
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
