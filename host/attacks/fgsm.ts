/**
 * FGSM: one step of the whole budget along the loss's steepest ascent.
 *
 * Source: Goodfellow et al. 2015, arXiv:1412.6572, section 4. Departs: also for l2 (along the gradient
 * itself, as in Foolbox's fast gradient method) and targeted; all budgets share one pass.
 */

import { zeros } from "../core/index.js";
import { defineAttack, stopIfAborted } from "./attack.js";
import { ballAround, ballNorm } from "./parts/ball.js";
import { crossEntropyAscent } from "./parts/loss.js";

export const fgsm = defineAttack({
  id: "fgsm",
  title: "Fast gradient sign method",
  source: "Goodfellow et al. 2015, arXiv:1412.6572",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: {},
  async run({ model, x, labels, goal, norm, eps = [], grid, signal, progress }) {
    stopIfAborted(signal);
    const pass = await model.open(x);
    const dLogits = zeros(pass.logits.shape); // [N, classes]
    crossEntropyAscent(pass.logits, labels, goal, dLogits);
    const gradient = await pass.backward(dLogits).finally(() => pass.close()); // [N, ...inputShape]
    progress?.(1);
    return eps.map((budget) => {
      const moved = { data: x.data.slice(), shape: x.shape };
      const ball = ballAround(x, budget, ballNorm(norm), model.bounds, grid);
      ball.project(moved.data);
      ball.step(moved.data, gradient.data, budget);
      ball.finish(moved.data);
      return moved;
    });
  },
});
