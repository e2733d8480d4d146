/** The `modelTopology` of a tfjs layers model as a graph. */

import { McuEvalError } from "../core/index.js";
import { type Graph, type Layer, layerShapes } from "../nn/index.js";
import { fromKeras, type KerasLayer } from "./keras-layer.js";

type Json = Readonly<Record<string, unknown>>;

/**
 * Turns a Sequential or functional topology into a graph.
 *
 * @param topology the file's `modelTopology`
 * @param source what to call the file in errors
 * @throws McuEvalError FILE_INVALID for a topology that is none, MODEL_UNSUPPORTED for a layer or a form
 *   of model that has no graph here
 */
export function graphOf(topology: unknown, id: string, bounds: readonly [number, number], source: string): Graph {
  const model = isObject(topology) && isObject(topology.model_config) ? topology.model_config : topology;
  const config = isObject(model) ? model.config : undefined;
  const className = isObject(model) ? String(model.class_name) : "";
  const list = isObject(config) ? config.layers : config;
  if (!Array.isArray(list) || list.length === 0) {
    throw new McuEvalError("FILE_INVALID", `${source}: modelTopology has no list of layers`);
  }
  const kerasLayers =
    className === "Sequential" ? sequential(list, source) : list.map((item, i) => functional(item, i, source));

  const layers: Layer[] = [];
  /** The layer of ours that gives a Keras layer's output. */
  const outputs = new Map<string, string>();
  for (const kerasLayer of kerasLayers) {
    const inputs = kerasLayer.inputs.map((name) => {
      const input = outputs.get(name);
      if (input === undefined) {
        throw new McuEvalError(
          "FILE_INVALID",
          `${source}: layer "${kerasLayer.name}" reads "${name}", which no earlier layer is called`,
        );
      }
      return input;
    });
    const graph: Graph = { id, layers, output: "", logits: "", bounds };
    const made = fromKeras({ ...kerasLayer, inputs }, layerShapes(graph).get(inputs[0] ?? "") ?? []);
    layers.push(...made);
    outputs.set(kerasLayer.name, made.at(-1)?.name ?? (inputs[0] as string));
  }

  const named = className === "Sequential" ? kerasLayers.at(-1)?.name : onlyOutput(config as Json, source);
  const output = outputs.get(named ?? "");
  if (output === undefined)
    throw new McuEvalError("FILE_INVALID", `${source}: output layer "${named}" is none of the layers`);
  const last = layers.find(({ name }) => name === output);
  const logits = last?.kind === "softmax" ? (last.inputs[0] as string) : output;
  const count = layers.filter(({ kind }) => kind === "input").length;
  if (count !== 1) throw new McuEvalError("MODEL_UNSUPPORTED", `${source} has ${count} inputs, expected 1`);
  return { id, layers, output, logits, bounds };
}

function functional(item: unknown, index: number, source: string): KerasLayer {
  const { className, name, config } = header(item, index, source);
  const nodes = (item as Json).inbound_nodes ?? [];
  if (!Array.isArray(nodes) || nodes.length > 1) {
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `${source}: layer ${index} ("${name}", ${className}) is used ${Array.isArray(nodes) ? nodes.length : "?"} times, expected once`,
    );
  }
  const inputs = (nodes[0] ?? []) as unknown;
  if (!Array.isArray(inputs) || !inputs.every((input) => Array.isArray(input) && typeof input[0] === "string")) {
    throw new McuEvalError(
      "FILE_INVALID",
      `${source}: layer ${index} ("${name}", ${className}) has inbound_nodes of an unknown form`,
      {
        hint: "Save the model with TensorFlow.js or with the converter from Keras 2.",
      },
    );
  }
  return { index, className, name, config, inputs: inputs.map((input) => input[0] as string) };
}

/** A Sequential model's layers, with the input layer that its first one may only imply. */
function sequential(items: readonly unknown[], source: string): KerasLayer[] {
  const layers: KerasLayer[] = [];
  items.forEach((item, index) => {
    const { className, name, config } = header(item, index, source);
    if (index === 0 && className !== "InputLayer") {
      layers.push({ index, className: "InputLayer", name: `${name}_input`, config, inputs: [] });
    }
    const before = layers.at(-1);
    layers.push({ index, className, name, config, inputs: before ? [before.name] : [] });
  });
  return layers;
}

function header(item: unknown, index: number, source: string): { className: string; name: string; config: Json } {
  const config = isObject(item) ? item.config : undefined;
  const name = isObject(item) ? (item.name ?? (isObject(config) ? config.name : undefined)) : undefined;
  if (!isObject(item) || typeof item.class_name !== "string" || typeof name !== "string" || !isObject(config)) {
    throw new McuEvalError("FILE_INVALID", `${source}: layer ${index} lacks class_name, name or config`);
  }
  return { className: item.class_name, name, config };
}

function onlyOutput(config: Json, source: string): string {
  const outputs = config.output_layers;
  const list = Array.isArray(outputs) ? (typeof outputs[0] === "string" ? [outputs] : outputs) : [];
  if (list.length !== 1)
    throw new McuEvalError("MODEL_UNSUPPORTED", `${source} has ${list.length} outputs, expected 1`);
  return String(list[0][0]);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
