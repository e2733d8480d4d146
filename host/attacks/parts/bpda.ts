/**
 * BPDA: gradients through an input wrapper whose own gradient is zero, missing or useless.
 *
 * Source: Athalye et al. 2018, arXiv:1802.00420, section 4.1: the forward pass goes through the true
 * transformation, the backward pass through the derivative of an approximation of it, the identity where
 * the transformation moves its input little. Departs: none.
 */

import { assertShape, type Batch, type GradientModel } from "../../core/index.js";

/** A transformation in front of a model. */
export interface InputWrapper {
  /** @param x [N, ...inputShape] @returns what the model is given, of the same shape; a new batch */
  forward(x: Batch): Batch | Promise<Batch>;
  /**
   * The gradient that attacks are to follow.
   *
   * @param dy [N, ...inputShape], with respect to what `forward` returned
   * @param x what `forward` was given
   * @returns [N, ...inputShape], with respect to x
   */
  backward(dy: Batch, x: Batch): Batch | Promise<Batch>;
}

/** The backward pass of a transformation that is taken for the identity. */
export function identityBackward(dy: Batch): Batch {
  return dy;
}

/**
 * The model behind the wrapper, as white-box attacks ask it. Its passes are counted as the model's own.
 *
 * @throws McuEvalError DATA_MISMATCH, at a pass, when the wrapper changes the shape
 */
export function behindWrapper(model: GradientModel, wrapper: InputWrapper): GradientModel {
  const transform = async (x: Batch): Promise<Batch> => {
    assertShape(x, [null, ...model.inputShape], `input of ${model.id}`);
    const y = await wrapper.forward(x);
    assertShape(y, x.shape, "what the input wrapper returned");
    return y;
  };
  return {
    ...model,
    logits: async (x) => model.logits(await transform(x)),
    async open(x) {
      // Attacks write over their iterate while the pass is open.
      const kept = { data: x.data.slice(), shape: x.shape };
      const pass = await model.open(await transform(x));
      return {
        logits: pass.logits,
        async backward(dLogits) {
          const dx = await wrapper.backward(await pass.backward(dLogits), kept);
          assertShape(dx, kept.shape, "the input wrapper's gradient");
          return dx;
        },
        close: () => pass.close(),
      };
    },
  };
}
