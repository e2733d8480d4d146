/**
 * Square: random search over square-shaped changes that keep the perturbation at the ball's surface.
 *
 * Source: Andriushchenko et al. 2020, arXiv:1912.00049, algorithms 1 (the search), 2 (linf) and 3 (l2);
 * the margin loss, and cross-entropy for a target. A sample costs one query for its start and one a step, until it
 * is fooled.
 * Departs: a proposal that leaves the loss as it was is taken (a quantised score has plateaus, on which
 * a strict search stands still); probabilities are compared by their logarithm, so that a softmax's output
 * leads the search as its logits would; where a smaller eps fooled a sample and this one did not, the
 * point of the smaller is returned; a budget of queries is shared evenly by the eps still to come. With a
 * grid every candidate is a grid point.
 */

import { type Batch, countOf, type Oracle, row, zeros } from "../core/index.js";
import { defineAttack } from "./attack.js";
import { count, flag, number } from "./params.js";
import { ballNorm } from "./parts/ball.js";
import { flatScoresLine } from "./parts/flat-scores.js";
import { type Found, searchSquares } from "./parts/square-search.js";
import { imageOf } from "./parts/squares.js";
import { squaresL2 } from "./parts/squares-l2.js";
import { squaresLinf } from "./parts/squares-linf.js";

const AUTOATTACK = "AutoAttack (Croce & Hein 2020, arXiv:2003.01690), its Square part";

export const square = defineAttack({
  id: "square",
  title: "Square attack",
  source: "Andriushchenko et al. 2020, arXiv:1912.00049",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "scores",
  params: {
    steps: count(5000, 1, {
      help: "squares tried a sample, one query each, after one query for the start",
      source: AUTOATTACK,
      reason: "half of the paper's 10,000, at half the cost",
    }),
    pInit: number(0.8, Number.MIN_VALUE, 1, {
      help: "share of the pixels that the first squares cover",
      source: AUTOATTACK,
      reason: "the paper tunes it by data set, from 0.05 to 0.8",
    }),
    rescale: flag(true, {
      help: "spread the shrinking of the squares over the steps there are, instead of over 10,000",
      source: "Andriushchenko et al. 2020, arXiv:1912.00049, section 4",
      reason: "with few steps the squares would else never become small",
    }),
  },
  mostQueries: ({ steps }) => steps + 1,
  async run(context) {
    const { model, x, eps = [], progress, note } = context;
    const grid = context.grid ?? model.grid;
    const image = imageOf(model.inputShape);
    const squaresIn = ballNorm(context.norm) === "linf" ? squaresLinf : squaresL2;
    const batches: Batch[] = [];
    const all: Found[] = [];
    const order = eps.map((_, e) => e).sort((a, b) => (eps[a] as number) - (eps[b] as number));
    for (const [done, e] of order.entries()) {
      context.beginBudget?.(e);
      const best = zeros(x.shape);
      const squares = squaresIn(x, best, eps[e] as number, model.bounds, image, grid);
      const report = (part: number): void => progress?.((done + part) / order.length);
      const found = await searchSquares(context, squares, best, 1 / (order.length - done), report);
      const smaller = all.at(-1);
      if (smaller) keepFooled(found, smaller);
      all.push(found);
      batches[e] = best;
    }
    const line = flatScores(all, countOf(x), model);
    if (line) note?.(line);
    return batches;
  },
});

/** Takes the point of a smaller eps for the rows that only it fooled. */
function keepFooled(found: Found, smaller: Found): void {
  for (let i = 0; i < found.isFooled.length; i++) {
    if (found.isFooled[i] === 1 || smaller.isFooled[i] === 0) continue;
    row(found.best, i).set(row(smaller.best, i));
    found.isFooled[i] = 1;
  }
}

/** So many equal losses in a row are no chance. */
const FLAT_AFTER = 10;

/** What to tell of samples whose scores never changed, if there are any. */
function flatScores(all: readonly Found[], samples: number, model: Oracle): string | undefined {
  let count = 0;
  let queries = Number.POSITIVE_INFINITY;
  for (let i = 0; i < samples; i++) {
    const asked = all.reduce((sum, found) => sum + (found.queries[i] as number), 0);
    const isFlat = all.every((found) => found.hasChanged[i] === 0 && found.isFooled[i] === 0);
    if (!isFlat || asked < FLAT_AFTER) continue;
    count++;
    queries = Math.min(queries, asked);
  }
  if (count === 0) return undefined;
  return flatScoresLine(count, samples, `in ${queries} queries`, model);
}
