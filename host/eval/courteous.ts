/** Keeps the devices served while the tensor engine computes. */

import { setImmediate } from "node:timers/promises";
import type { GradientModel } from "../core/index.js";

/**
 * A model whose every call lets pending I/O through first. The engine computes synchronously and an
 * attack awaits nothing else, so that without this the devices would stand still until it is done.
 */
export function courteous(model: GradientModel): GradientModel {
  return {
    ...model,
    async logits(x) {
      await setImmediate();
      return model.logits(x);
    },
    async open(x) {
      await setImmediate();
      const pass = await model.open(x);
      return {
        ...pass,
        async backward(dLogits) {
          await setImmediate();
          return pass.backward(dLogits);
        },
      };
    },
  };
}
