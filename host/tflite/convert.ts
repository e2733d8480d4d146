/** Post-training quantisation: a float network and its activation ranges to a `.tflite` model. */

import { foldBatchNorm, layerShapes, type Network } from "../nn/index.js";
import { type Conversion, lower, type Ranges } from "./lower.js";
import type { TfliteModel } from "./model.js";
import { SCHEMA_VERSION } from "./schema.js";
import { INT8, INT16X8, type Scheme } from "./scheme.js";
import { shareRanges } from "./shared-scales.js";
import { writeTflite } from "./write.js";

/**
 * Converts a float network to a full-integer int8 `.tflite`: activations per tensor and asymmetric,
 * convolution weights per channel and dense weights per tensor, symmetric; int32 biases; batch 1.
 * BatchNorm layers are folded first.
 *
 * @param ranges of the same network, from `calibrate`
 * @returns the file; same network and ranges, same bytes
 * @throws McuEvalError MODEL_UNSUPPORTED for a graph without int8 form, DATA_MISMATCH for a missing range
 */
export function quantizeInt8(network: Network, ranges: Ranges): Uint8Array {
  return writeTflite(convert(foldBatchNorm(network), ranges, INT8));
}

/**
 * Converts a float network to int16 activations, symmetric, with the int8 weights of `quantizeInt8`; int64
 * biases; batch 1. BatchNorm layers are folded first.
 *
 * @param ranges of the same network, from `calibrate`
 * @returns the file; same network and ranges, same bytes
 * @throws McuEvalError MODEL_UNSUPPORTED for a graph without integer form, DATA_MISMATCH for a missing range
 */
export function quantizeInt16x8(network: Network, ranges: Ranges): Uint8Array {
  return writeTflite(convert(foldBatchNorm(network), ranges, INT16X8));
}

function convert(network: Network, ranges: Ranges, scheme: Scheme): TfliteModel {
  const { graph } = network;
  const conversion: Conversion = {
    scheme,
    network,
    ranges: shareRanges(graph, ranges),
    shapes: layerShapes(graph),
    tensors: [],
    operators: [],
    activations: new Map(),
  };
  for (const layer of graph.layers) lower(conversion, layer);
  const tensorsOf = (names: readonly string[]): number[] => names.map((name) => conversion.activations.get(name) ?? -1);
  return {
    description: `${graph.id} ${scheme.name}`,
    version: SCHEMA_VERSION,
    tensors: conversion.tensors,
    operators: conversion.operators,
    inputs: tensorsOf(graph.layers.filter(({ kind }) => kind === "input").map(({ name }) => name)),
    outputs: tensorsOf([graph.output]),
  };
}
