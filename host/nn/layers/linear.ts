/** Layers with a kernel: conv2d, depthwiseConv2d, dense. */

import type { Activation, Layer } from "../graph.js";
import type { ConvKernel, Kernels, Tensor } from "../kernels.js";
import { activate, activateGradient } from "./activation.js";
import { dilated } from "./dilation.js";
import { first, type LayerGradients, type LayerOp, type RoleTensors, roleOf, type Wanted } from "./layer-op.js";

type ConvLayer = Extract<Layer, { kind: "conv2d" | "depthwiseConv2d" }>;
type DenseLayer = Extract<Layer, { kind: "dense" }>;

export function convOp(layer: ConvLayer, kernels: Kernels): LayerOp {
  const conv = layer.kind === "conv2d" ? kernels.conv2d(layer) : kernels.depthwiseConv2d(layer);
  return affineOp(layer, kernels, dilated(conv, layer.dilations ?? [1, 1], kernels));
}

export function denseOp(layer: DenseLayer, kernels: Kernels): LayerOp {
  return affineOp(layer, kernels, {
    forward: (x, kernel) => kernels.matMul(x, kernel),
    inputGradient: (_shape, kernel, dy) => kernels.matMul(dy, kernel, false, true),
    kernelGradient: (x, _shape, dy) => kernels.matMul(x, dy, true, false),
  });
}

/** activation(product(x, kernel) + bias) and its gradients, for any product of that kind. */
function affineOp(
  layer: { readonly name: string; readonly activation: Activation; readonly useBias: boolean },
  kernels: Kernels,
  product: ConvKernel,
): LayerOp {
  return {
    forward(inputs, params) {
      const z = product.forward(first(inputs), kernelOf(params, layer.name));
      const biased = layer.useBias ? kernels.biasAdd(z, roleOf(params, "bias", layer.name)) : z;
      return { inputs, y: activate(kernels, layer.activation, biased) };
    },
    backward(kept, dy, params, wanted: Wanted): LayerGradients {
      const x = first(kept.inputs);
      const kernel = kernelOf(params, layer.name);
      const dz = activateGradient(kernels, layer.activation, dy, kept.y);
      const gradients: Record<string, Tensor> = {};
      if (wanted.params) {
        gradients.kernel = product.kernelGradient(x, kernel.shape, dz);
        if (layer.useBias) gradients.bias = kernels.biasGradient(dz);
      }
      return { inputs: [wanted.inputs ? product.inputGradient(x.shape, kernel, dz) : null], params: gradients };
    },
  };
}

function kernelOf(params: RoleTensors, layer: string): Tensor {
  return roleOf(params, "kernel", layer);
}
