/** Networks of one output, a sigmoid's argument z, seen as two classes with the logits [0, z]. */

import { type Batch, countOf, zeros } from "../core/index.js";

/** [N, 1] to [N, 2]: softmax of [0, z] is [1 - sigmoid(z), sigmoid(z)]. */
export function twoLogits(z: Batch): Batch {
  const logits = zeros([countOf(z), 2]);
  for (let i = 0; i < countOf(z); i++) logits.data[2 * i + 1] = z.data[i] as number;
  return logits;
}

/** [N, 2] gradients of the two logits to the [N, 1] of z. */
export function gradientOfOne(dLogits: Batch): Batch {
  const dz = zeros([countOf(dLogits), 1]);
  for (let i = 0; i < countOf(dLogits); i++) dz.data[i] = dLogits.data[2 * i + 1] as number;
  return dz;
}
