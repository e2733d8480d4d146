/**
 * The differentiable twin of a quantised `.tflite`: the same integers as real values, in a float network
 * whose every activation is rounded to its tensor's grid, with straight-through gradients.
 *
 * Source: Jacob et al. 2018, arXiv:1712.05877, section 3; nn's fakeQuant says whose gradient. It is no
 * second implementation of the kernels: float32 sums and a division less in the requantisation leave some
 * values one step away from the device's.
 */

import { endsOf, McuEvalError } from "../core/index.js";
import type { Network } from "../nn/index.js";
import { inputGrid, inputTensor, logitsTensor, outputTensor } from "./io.js";
import type { TfliteModel } from "./model.js";
import { givenBy, placeRounded, type TwinGraph } from "./twin-graph.js";
import { buildOperator } from "./twin-operators.js";

export interface TwinOptions {
  /** Default: the model's description. */
  readonly id?: string;
  /** Valid input range; default: the ends of the input grid. */
  readonly bounds?: readonly [number, number];
}

/**
 * Builds the twin, for `gradientModel` and `forwardAll`. A tensor's values are found in the layer of its
 * name, those before the rounding in `<name>/float`; the logits are the softmax's dequantised input.
 *
 * @param model of one quantised input of batch 1, and one output
 * @throws McuEvalError MODEL_UNSUPPORTED naming the operator, option or tensor that has no form here
 */
export function twinOf(model: TfliteModel, options: TwinOptions = {}): Network {
  const grid = inputGrid(model);
  outputTensor(model);
  const [batch, ...shape] = inputTensor(model).shape;
  if (batch !== 1) throw new McuEvalError("MODEL_UNSUPPORTED", `the model takes batches of ${batch}, expected 1`);
  const twin: TwinGraph = { model, layers: [], params: new Map(), given: new Map() };
  placeRounded(twin, model.inputs[0] as number, [], { kind: "input", shape }, {}, { ties: "fromReal0" });
  for (const [number, operator] of model.operators.entries()) buildOperator(twin, operator, number);
  return {
    graph: {
      id: options.id ?? model.description,
      layers: twin.layers,
      output: givenBy(twin, model.outputs[0] as number),
      logits: givenBy(twin, logitsTensor(model)),
      bounds: options.bounds ?? (endsOf(grid).map(Math.fround) as [number, number]),
    },
    params: twin.params,
  };
}
