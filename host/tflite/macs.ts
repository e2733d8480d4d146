/** Multiplications with addition (MACs) of an operator, as its shapes promise them. */

import type { TfliteModel, TfliteOperator } from "./model.js";

/**
 * MACs of one run of an operator: outputs times products summed for each. Padding counts as if it were data,
 * biases and requantisation not at all. 0 for operators without weights.
 */
export function macsOf(model: TfliteModel, { op, inputs, outputs }: TfliteOperator): number {
  const outputShape = model.tensors[outputs[0] ?? -1]?.shape ?? [];
  const weightShape = model.tensors[inputs[1] ?? -1]?.shape ?? [];
  const elements = product(outputShape);
  switch (op) {
    case "CONV_2D":
      // Weights are [out, height, width, in].
      return elements * product(weightShape.slice(1));
    case "DEPTHWISE_CONV_2D":
      // Weights are [1, height, width, out].
      return elements * product(weightShape.slice(1, 3));
    case "FULLY_CONNECTED":
      // Weights are [units, depth].
      return elements * product(weightShape.slice(1));
    default:
      return 0;
  }
}

function product(extents: readonly number[]): number {
  return extents.reduce((all, extent) => all * extent, 1);
}
