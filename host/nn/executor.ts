/**
 * Walks a graph on an engine's kernels: forward with the activations kept, and backward from any
 * layer to the input, to the parameters, or to both.
 *
 * Tensors made on the way belong to the caller's `scoped`.
 */

import { McuEvalError } from "../core/index.js";
import type { Engine } from "./engine.js";
import type { Graph, Network } from "./graph.js";
import type { Tensor } from "./kernels.js";
import { type Kept, type LayerOp, layerOp, type RoleTensors, type Wanted } from "./layers/index.js";

interface Step {
  readonly name: string;
  readonly inputs: readonly number[];
  /** null for the input layer */
  readonly op: LayerOp | null;
}

/** What a forward pass kept, by layer number; later layers than the asked one are missing. */
export type Trace = readonly Kept[];

/** The output of layer number `at`. @throws McuEvalError INTERNAL where the trace ends before it */
export function outputOf(trace: Trace, at: number): Tensor {
  const kept = trace[at];
  if (!kept) throw new McuEvalError("INTERNAL", `layer ${at} was asked of a trace of ${trace.length} layers`);
  return kept.y;
}

/** A graph with every layer's kernels and attributes prepared. */
export interface Program {
  readonly graph: Graph;
  readonly steps: readonly Step[];
  /** Number of a layer. @throws McuEvalError INTERNAL for a name the graph does not have */
  indexOf(layer: string): number;
}

/** Parameters on the engine, by layer number. */
export type ParamTensors = readonly RoleTensors[];

export interface GraphGradients {
  readonly input: Tensor | null;
  /** By layer number; undefined where nothing was asked for or flows. */
  readonly params: readonly (RoleTensors | undefined)[];
}

/** Prepares a graph for an engine. */
export function compile(graph: Graph, engine: Engine): Program {
  const numbers = new Map(graph.layers.map((layer, number) => [layer.name, number]));
  const indexOf = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new McuEvalError("INTERNAL", `graph "${graph.id}" has no layer "${name}"`);
    return number;
  };
  const steps = graph.layers.map((layer) => ({
    name: layer.name,
    inputs: layer.inputs.map(indexOf),
    op: layerOp(layer, engine.kernels),
  }));
  return { graph, steps, indexOf };
}

/** Puts a network's parameters on the engine; free them with `disposeParams`. */
export function uploadParams({ graph, params }: Network, engine: Engine): ParamTensors {
  const byLayer = graph.layers.map((): Record<string, Tensor> => ({}));
  const numbers = new Map(graph.layers.map((layer, number) => [layer.name, number]));
  for (const [key, { data, shape }] of params) {
    const slash = key.lastIndexOf("/");
    const roles = byLayer[numbers.get(key.slice(0, slash)) ?? -1];
    if (!roles) throw new McuEvalError("INTERNAL", `parameter "${key}" belongs to no layer of graph "${graph.id}"`);
    // A copy: the engine uploads it later than this call, when the caller may have written over it.
    roles[key.slice(slash + 1)] = engine.tf.keep(engine.tf.tensor(data.slice(), shape as number[], "float32"));
  }
  return byLayer;
}

export function disposeParams(params: ParamTensors): void {
  for (const roles of params) for (const tensor of Object.values(roles)) tensor.dispose();
}

/**
 * Runs the layers up to and including number `until`.
 *
 * @param x [N, ...input shape]
 * @param training batchNorm normalises by the batch
 */
export function forward(program: Program, params: ParamTensors, x: Tensor, until: number, training = false): Trace {
  const trace: Kept[] = [];
  for (let i = 0; i <= until; i++) {
    const { op, inputs } = program.steps[i] as Step;
    trace.push(
      op
        ? op.forward(
            inputs.map((from) => (trace[from] as Kept).y),
            params[i] ?? {},
            training,
          )
        : { inputs: [], y: x },
    );
  }
  return trace;
}

/**
 * The vector-Jacobian product from layer number `from` back.
 *
 * @param dy shaped as that layer's output
 * @param add how gradients that meet at one layer are summed: the engine's add
 * @param seen told each gradient with respect to a layer's inputs, with the layer's number
 */
export function backward(
  program: Program,
  params: ParamTensors,
  trace: Trace,
  from: number,
  dy: Tensor,
  wanted: Wanted,
  add: (a: Tensor, b: Tensor) => Tensor,
  seen?: (layer: number, gradient: Tensor) => void,
): GraphGradients {
  const pending: (Tensor | undefined)[] = [];
  const paramGradients: (RoleTensors | undefined)[] = [];
  pending[from] = dy;
  for (let i = from; i > 0; i--) {
    const gradient = pending[i];
    const { op, inputs } = program.steps[i] as Step;
    if (!gradient || !op) continue;
    // Nothing below the first layers has parameters, so their input gradient is waste in training.
    const needsInputs = wanted.inputs || inputs.some((input) => program.steps[input]?.op);
    const gradients = op.backward(trace[i] as Kept, gradient, params[i] ?? {}, {
      inputs: needsInputs,
      params: wanted.params,
    });
    pending[i] = undefined;
    if (wanted.params) paramGradients[i] = gradients.params;
    inputs.forEach((input, position) => {
      const dx = gradients.inputs[position];
      if (dx) seen?.(i, dx);
      if (dx) pending[input] = pending[input] ? add(pending[input], dx) : dx;
    });
  }
  return { input: pending[0] ?? null, params: paramGradients };
}
