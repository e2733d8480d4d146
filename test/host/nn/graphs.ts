/** Small graphs, one a kind of layer, and one of all kinds. */

import type { Graph, Layer } from "../../../host/nn/index.js";

type WithoutPlace = Layer extends infer L ? (L extends Layer ? Omit<L, "name" | "inputs"> : never) : never;

/** A chain of layers from an input shape; the last one's output counts as logits. */
export function chain(id: string, shape: readonly number[], ...kinds: WithoutPlace[]): Graph {
  const layers: Layer[] = [{ kind: "input", name: "input", inputs: [], shape }];
  kinds.forEach((kind, i) => {
    const before = layers[i]?.name ?? "";
    layers.push({ ...kind, name: `${kind.kind}_${i}`, inputs: [before] } as Layer);
  });
  const output = layers.at(-1)?.name ?? "";
  return { id, layers, output, logits: output, bounds: [0, 1] };
}

const IMAGE = [7, 6, 3] as const;

function conv(kind: "conv2d" | "depthwiseConv2d", more: object = {}): WithoutPlace {
  return {
    kind,
    kernelSize: [3, 3],
    filters: kind === "conv2d" ? 4 : 2,
    strides: [1, 1],
    padding: "same",
    useBias: true,
    activation: "linear",
    ...more,
  } as WithoutPlace;
}

export const dense: WithoutPlace = { kind: "dense", units: 5, useBias: true, activation: "linear" };

/** A layer that reads two convolutions of one image. */
function fork(id: string, kind: WithoutPlace): Graph {
  const graph = chain(id, IMAGE, conv("conv2d"));
  const [input, left] = graph.layers as [Layer, Layer];
  const right = { ...left, name: "right", filters: 4, kernelSize: [1, 1] } as Layer;
  const joined = { ...kind, name: "joined", inputs: [left.name, "right"] } as Layer;
  return { ...graph, layers: [input, left, right, joined], output: "joined", logits: "joined" };
}

export const layerGraphs: readonly Graph[] = [
  chain("conv2d same", IMAGE, conv("conv2d")),
  chain("conv2d valid stride 2 relu", IMAGE, conv("conv2d", { padding: "valid", strides: [2, 2], activation: "relu" })),
  chain("conv2d 1x1 stride 2 no bias", IMAGE, conv("conv2d", { kernelSize: [1, 1], strides: [2, 2], useBias: false })),
  chain("conv2d oblong", IMAGE, conv("conv2d", { kernelSize: [3, 1], strides: [1, 1] })),
  chain("depthwiseConv2d same", IMAGE, conv("depthwiseConv2d", { activation: "relu6" })),
  chain("depthwiseConv2d stride 2", IMAGE, conv("depthwiseConv2d", { strides: [2, 2], filters: 1 })),
  chain("conv2d dilated", IMAGE, conv("conv2d", { dilations: [2, 3] })),
  chain(
    "conv2d dilated valid stride 2",
    IMAGE,
    conv("conv2d", { dilations: [3, 1], padding: "valid", strides: [1, 2], kernelSize: [2, 3] }),
  ),
  chain("depthwiseConv2d dilated", IMAGE, conv("depthwiseConv2d", { dilations: [2, 2], activation: "relu" })),
  chain("zeroPad2d", IMAGE, {
    kind: "zeroPad2d",
    margins: [
      [0, 1],
      [2, 3],
    ],
  }),
  fork("multiply", { kind: "multiply", activation: "relu" }),
  fork("concat", { kind: "concat" }),
  chain("dense", [6], { ...dense, activation: "relu" }),
  chain("batchNorm", IMAGE, conv("conv2d", { useBias: false }), { kind: "batchNorm", epsilon: 1e-3, momentum: 0.9 }),
  chain(
    "batchNorm of features",
    [6],
    { ...dense, useBias: false },
    { kind: "batchNorm", epsilon: 1e-3, momentum: 0.9 },
  ),
  chain("relu", IMAGE, conv("conv2d"), { kind: "activation", activation: "relu" }),
  chain("relu6", IMAGE, conv("conv2d"), { kind: "activation", activation: "relu6" }),
  chain("averagePool2d", IMAGE, { kind: "averagePool2d", poolSize: [2, 2], strides: [2, 2], padding: "valid" }),
  chain("averagePool2d same", IMAGE, { kind: "averagePool2d", poolSize: [3, 3], strides: [2, 2], padding: "same" }),
  chain("maxPool2d", IMAGE, { kind: "maxPool2d", poolSize: [2, 2], strides: [2, 2], padding: "valid" }),
  chain("flatten", IMAGE, { kind: "flatten" }, dense),
  chain("softmax", [6], dense, { kind: "softmax" }),
  // The convolution's outputs reach beyond both ends of this grid.
  chain("fakeQuant", IMAGE, conv("conv2d"), {
    kind: "fakeQuant",
    grid: { type: "int8", scale: 0.01, zeroPoint: 20 },
    ties: "up",
    useNudge: false,
  }),
  chain("fakeQuant of 16 bits", IMAGE, conv("conv2d"), {
    kind: "fakeQuant",
    grid: { type: "int16", scale: 0.0001, zeroPoint: 0 },
    ties: "up",
    useNudge: true,
  }),
  chain("fakeQuant with ties from integer 0", [6], dense, {
    kind: "fakeQuant",
    grid: { type: "uint8", scale: 0.01, zeroPoint: 100 },
    ties: "fromInteger0",
    useNudge: false,
  }),
];

/** A residual net with every kind of layer but relu6, 12x12x3 to 5 classes. */
export function smallResidual(): Graph {
  const window = { strides: [1, 1] as const, padding: "same" as const };
  const norm = { kind: "batchNorm" as const, epsilon: 1e-3, momentum: 0.9 };
  const plain = { kernelSize: [3, 3] as const, useBias: false, activation: "linear" as const };
  const pool = { strides: [2, 2] as const, padding: "valid" as const, poolSize: [2, 2] as const };
  return {
    id: "small-residual",
    bounds: [0, 1],
    output: "softmax",
    logits: "dense",
    layers: [
      { kind: "input", name: "input", inputs: [], shape: [12, 12, 3] },
      { kind: "conv2d", name: "stem", inputs: ["input"], filters: 8, ...plain, ...window },
      { ...norm, name: "stem_norm", inputs: ["stem"] },
      { kind: "activation", name: "stem_relu", inputs: ["stem_norm"], activation: "relu" },
      { kind: "maxPool2d", name: "max", inputs: ["stem_relu"], ...pool },
      { kind: "depthwiseConv2d", name: "depth", inputs: ["max"], filters: 1, ...plain, ...window },
      { ...norm, name: "depth_norm", inputs: ["depth"] },
      { kind: "add", name: "sum", inputs: ["depth_norm", "max"], activation: "relu" },
      { kind: "averagePool2d", name: "average", inputs: ["sum"], ...pool },
      { kind: "flatten", name: "flat", inputs: ["average"] },
      { kind: "dense", name: "dense", inputs: ["flat"], units: 5, useBias: true, activation: "linear" },
      { kind: "softmax", name: "softmax", inputs: ["dense"] },
    ],
  };
}
