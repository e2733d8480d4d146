/** ResNet-8 for 32x32x3 and 10 classes: the CIFAR-10 network of MLPerf Tiny (Banbury et al. 2021, arXiv 2106.07597). */

import type { Graph, Layer } from "../graph.js";

/** Keras's default; smaller values make little difference, larger ones shift the folded weights. */
const EPSILON = 1e-3;

/** Long enough an average that the last, slow epochs settle it. */
const MOMENTUM = 0.99;

/**
 * The trainable form: every convolution without bias, followed by a batchNorm.
 *
 * Layer order within a block is conv, norm, ReLU; the skip is a strided 1x1 convolution where the
 * shape changes. Departs from He et al. 2016 (arXiv 1512.03385) in that count of layers only.
 */
export function resnet8(): Graph {
  const layers: Layer[] = [{ kind: "input", name: "input", inputs: [], shape: [32, 32, 3] }];
  const last = () => layers[layers.length - 1]?.name ?? "";

  const convNorm = (
    name: string,
    from: string,
    filters: number,
    size: number,
    stride: number,
    relu: boolean,
  ): string => {
    layers.push(
      {
        kind: "conv2d",
        name,
        inputs: [from],
        kernelSize: [size, size],
        filters,
        strides: [stride, stride],
        padding: "same",
        useBias: false,
        activation: "linear",
      },
      { kind: "batchNorm", name: `${name}_norm`, inputs: [name], epsilon: EPSILON, momentum: MOMENTUM },
    );
    if (relu) layers.push({ kind: "activation", name: `${name}_relu`, inputs: [`${name}_norm`], activation: "relu" });
    return last();
  };

  let x = convNorm("stem", "input", 16, 3, 1, true);
  for (const [block, filters, stride] of [
    ["block1", 16, 1],
    ["block2", 32, 2],
    ["block3", 64, 2],
  ] as const) {
    const inner = convNorm(`${block}_conv1`, x, filters, 3, stride, true);
    const body = convNorm(`${block}_conv2`, inner, filters, 3, 1, false);
    const skip = stride === 1 ? x : convNorm(`${block}_skip`, x, filters, 1, stride, false);
    layers.push({ kind: "add", name: `${block}_add`, inputs: [body, skip], activation: "relu" });
    x = last();
  }
  layers.push(
    { kind: "averagePool2d", name: "pool", inputs: [x], poolSize: [8, 8], strides: [8, 8], padding: "valid" },
    { kind: "flatten", name: "flatten", inputs: ["pool"] },
    { kind: "dense", name: "dense", inputs: ["flatten"], units: 10, useBias: true, activation: "linear" },
    { kind: "softmax", name: "softmax", inputs: ["dense"] },
  );
  return { id: "cifar10-resnet8", layers, output: "softmax", logits: "dense", bounds: [0, 1] };
}
