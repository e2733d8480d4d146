// The networks that kernels are measured on: those of MLPerf Tiny (Banbury et al. 2021, arXiv 2106.07597) in
// the shapes of its public model descriptions, and a coffee-leaf-sized CNN with max pooling.

/** Keras's default. */
const EPSILON = 1e-3;
const MOMENTUM = 0.99;

/** Grows a chain of layers; each method adds one and names it after its place. */
function chain(shape) {
  const layers = [{ kind: "input", name: "input", inputs: [], shape }];
  const add = (layer) => {
    layers.push({ name: `${layer.kind}_${layers.length}`, inputs: [layers.at(-1).name], ...layer });
    return net;
  };
  const normalized = (layer) =>
    add({ ...layer, useBias: false, activation: "linear" })
      .norm()
      .relu();
  const net = {
    layers,
    norm: () => add({ kind: "batchNorm", epsilon: EPSILON, momentum: MOMENTUM }),
    relu: () => add({ kind: "activation", activation: "relu" }),
    conv: (filters, kernelSize, stride) =>
      normalized({ kind: "conv2d", filters, kernelSize, strides: [stride, stride], padding: "same" }),
    depthwise: (stride) =>
      normalized({
        kind: "depthwiseConv2d",
        filters: 1,
        kernelSize: [3, 3],
        strides: [stride, stride],
        padding: "same",
      }),
    hidden: (units) => normalized({ kind: "dense", units }),
    pool: (kind, poolSize) => add({ kind, poolSize, strides: poolSize, padding: "valid" }),
    flatten: () => add({ kind: "flatten" }),
    dense: (units) => add({ kind: "dense", units, useBias: true, activation: "linear" }),
    softmax: () => add({ kind: "softmax" }),
  };
  return net;
}

/** A graph that ends in its last layer; the logits stand before a softmax. */
function graphOf(id, bounds, { layers }) {
  const output = layers.at(-1);
  return {
    id,
    layers,
    output: output.name,
    logits: output.kind === "softmax" ? output.inputs[0] : output.name,
    bounds,
  };
}

/** MobileNetV1 (Howard et al. 2017, arXiv 1704.04861) at a quarter of its width: person or not, 96x96x3. */
function mobilenet() {
  const net = chain([96, 96, 3]).conv(8, [3, 3], 2);
  const blocks = [16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256];
  blocks.forEach((filters, i) => {
    net.depthwise([1, 3, 5, 11].includes(i) ? 2 : 1).conv(filters, [1, 1], 1);
  });
  return graphOf("mobilenet-025", [0, 1], net.pool("averagePool2d", [3, 3]).flatten().dense(2).softmax());
}

/** DS-CNN (Zhang et al. 2017, arXiv 1711.07128): 49 frames of 10 MFCCs to 12 keywords. */
function dsCnn() {
  const net = chain([49, 10, 1]).conv(64, [10, 4], 2);
  for (let block = 0; block < 4; block++) net.depthwise(1).conv(64, [1, 1], 1);
  return graphOf("ds-cnn", [-20, 20], net.pool("averagePool2d", [25, 5]).flatten().dense(12).softmax());
}

/** The dense autoencoder of DCASE 2020 task 2 for machine sounds: 5 frames of 128 log-mel bands and back. */
function autoencoder() {
  const net = chain([640]);
  for (const units of [128, 128, 128, 128, 8, 128, 128, 128, 128]) net.hidden(units);
  return graphOf("autoencoder", [-12, 12], net.dense(640));
}

/** Convolutions and max pooling on 224x224x3, the size and kinds of layers of a coffee-leaf classifier. */
function maxPoolCnn() {
  const net = chain([224, 224, 3]).conv(8, [3, 3], 2).pool("maxPool2d", [2, 2]);
  net.conv(32, [3, 3], 1).pool("maxPool2d", [2, 2]).conv(64, [3, 3], 1).pool("maxPool2d", [2, 2]);
  return graphOf("max-pool-cnn", [0, 1], net.flatten().hidden(16).dense(4).softmax());
}

/**
 * What is built. `dead` is the share of a batchNorm's channels whose scale is nearly 0, as weight decay leaves
 * them: their multipliers are tiny and their biases large. About a third of the channels of MLPerf Tiny's
 * person detector are of that kind.
 */
export const NETS = [
  { graph: mobilenet(), dead: 0.33, input: "picture" },
  { graph: dsCnn(), dead: 0.02, input: "spectrum" },
  { graph: autoencoder(), dead: 0.02, input: "spectrum" },
  { graph: maxPoolCnn(), dead: 0.02, input: "picture" },
];
