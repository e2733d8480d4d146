/** Where NaN or infinity came from. */

import { McuEvalError } from "../core/index.js";
import { backward, outputOf, type ParamTensors, type Program, type Trace } from "./executor.js";
import type { Kernels, Tensor } from "./kernels.js";

/** Whether all values are numbers; one subtraction each, without a branch. */
export function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) - (values[i] as number);
  return sum === 0;
}

/**
 * The error of an input gradient that is not finite, with the layer in which NaN or infinity first
 * appears: in the forward pass, in its order, else in the backward pass, in its order.
 *
 * Runs the backward pass again; to be called inside `scoped`.
 *
 * @param dLogits what the gradient was asked for
 */
export function notFinite(
  program: Program,
  params: ParamTensors,
  trace: Trace,
  from: number,
  dLogits: Tensor,
  { add }: Kernels,
): McuEvalError {
  const { graph, steps } = program;
  const error = (where: string): McuEvalError =>
    new McuEvalError("NOT_FINITE", `the input gradient of ${graph.id} is not finite: ${where}`, { hint: HINT });
  const forwards = firstBadOutput(program, trace);
  if (forwards !== null) return error(forwards);
  if (isBad(dLogits)) return error("the gradient of the logits that was handed in holds NaN or infinity");
  let culprit = "";
  backward(program, params, trace, from, dLogits, { inputs: true, params: false }, add, (layer, gradient) => {
    if (culprit === "" && isBad(gradient)) culprit = steps[layer]?.name ?? "";
  });
  return error(`NaN or infinity first appears in the gradient of layer "${culprit}"`);
}

/**
 * The logits of a forward pass.
 *
 * Infinity is let through, as it still has a place among the others; among NaN none is the largest, and a
 * search that only passes forward would take the first class for the prediction.
 *
 * @throws McuEvalError NOT_FINITE for NaN, naming the layer in which NaN or infinity first appears
 */
export function numbersOf(program: Program, trace: Trace, at: number): Float32Array {
  const logits = outputOf(trace, at).dataSync() as Float32Array;
  if (areFinite(logits) || !logits.some(Number.isNaN)) return logits;
  const where = firstBadOutput(program, trace);
  throw new McuEvalError("NOT_FINITE", `the logits of ${program.graph.id} hold NaN: ${where}`, { hint: HINT });
}

const HINT = "Check the network's weights and that its inputs lie within its bounds.";

function isBad(tensor: Tensor): boolean {
  return !areFinite(tensor.dataSync() as Float32Array);
}

/** Where the forward pass went wrong, in words; null where it did not. */
function firstBadOutput({ steps }: Program, trace: Trace): string | null {
  const at = trace.findIndex(({ y }) => isBad(y));
  return at < 0 ? null : `NaN or infinity first appears in the output of layer "${steps[at]?.name}"`;
}
