/** Where NaN or infinity came from. */

import { McuEvalError } from "../core/index.js";
import { backward, type ParamTensors, type Program, type Trace } from "./executor.js";
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
  const isBad = (tensor: Tensor): boolean => !areFinite(tensor.dataSync() as Float32Array);
  const error = (where: string): McuEvalError =>
    new McuEvalError("NOT_FINITE", `the input gradient of ${graph.id} is not finite: ${where}`, {
      hint: "Check the network's weights and that its inputs lie within its bounds.",
    });
  const forwards = trace.findIndex(({ y }) => isBad(y));
  if (forwards >= 0) return error(`NaN or infinity first appears in the output of layer "${steps[forwards]?.name}"`);
  if (isBad(dLogits)) return error("the gradient of the logits that was handed in holds NaN or infinity");
  let culprit = "";
  backward(program, params, trace, from, dLogits, { inputs: true, params: false }, add, (layer, gradient) => {
    if (culprit === "" && isBad(gradient)) culprit = steps[layer]?.name ?? "";
  });
  return error(`NaN or infinity first appears in the gradient of layer "${culprit}"`);
}
