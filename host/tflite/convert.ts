/** Post-training quantisation: a float network and its activation ranges to a `.tflite` model. */

import { layerShapes, type Network } from "../nn/index.js";
import { fuseActivations, type Step } from "./fuse.js";
import { type Conversion, lower, type Ranges } from "./lower.js";
import type { TfliteModel } from "./model.js";
import { SCHEMA_VERSION } from "./schema.js";
import { INT8, type Scheme } from "./scheme.js";
import { writeTflite } from "./write.js";

/**
 * Converts a float network to a full-integer int8 `.tflite`: activations per tensor and asymmetric,
 * convolution weights per channel and dense weights per tensor, symmetric; int32 biases; batch 1.
 *
 * @param network without batchNorm layers
 * @param ranges of every layer's output, from `calibrate`
 * @returns the file; same network and ranges, same bytes
 * @throws McuEvalError MODEL_UNSUPPORTED for a layer without int8 operator, DATA_MISMATCH for a missing range
 */
export function quantizeInt8(network: Network, ranges: Ranges): Uint8Array {
  return writeTflite(convert(network, ranges, INT8));
}

function convert(network: Network, ranges: Ranges, scheme: Scheme): TfliteModel {
  const { graph } = network;
  const conversion: Conversion = {
    scheme,
    network,
    ranges,
    shapes: layerShapes(graph),
    tensors: [],
    operators: [],
    activations: new Map(),
  };
  const steps = fuseActivations(graph);
  for (const step of steps) lower(conversion, step);
  const tensorsOf = (isWanted: (step: Step) => boolean): number[] =>
    steps.filter(isWanted).map((step) => conversion.activations.get(step.output) as number);
  return {
    description: `${graph.id} ${scheme.name}`,
    version: SCHEMA_VERSION,
    tensors: conversion.tensors,
    operators: conversion.operators,
    inputs: tensorsOf((step) => step.layer.kind === "input"),
    outputs: tensorsOf((step) => step === steps.at(-1)),
  };
}
