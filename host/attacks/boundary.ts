/**
 * Boundary attack: walk along the decision boundary in random steps, always on the fooling side.
 *
 * Source: Brendel et al. 2018, arXiv:1712.04248, sections 2.1-2.4. A round draws an orthogonal step on
 * the sphere around the clean sample, then steps towards it. Two rules for the rounds:
 * - "serial", the paper's: one candidate of both steps a query; every tenth round the orthogonal step
 *   is also asked alone, and the sizes follow the shares of both that fool, aiming at a half and a quarter.
 * - "trials", as ART's BoundaryAttack: `sampleSize` orthogonal steps at once, then those that fooled
 *   step towards the clean sample, and the nearest is kept; each stage adapts its size up to `trials` times.
 * Departs: the walk begins at the boundary, found by bisection from the start; shares are taken over
 * windows of 30 rounds (serial); the nearest fooling point ever asked is returned. On a quantised oracle
 * no orthogonal step is so short that rounding undoes it.
 */

import { type Noise, type Oracle, openNoise } from "../core/index.js";
import { type AttackContext, defineAttack } from "./attack.js";
import { choice, count, fraction, number, type ValuesOf } from "./params.js";
import { bisect } from "./parts/bisect.js";
import { findStart, noteNoStart } from "./parts/fooling-start.js";
import { leastDelta, radiusOf, stepInwards, stepOnSphere } from "./parts/sphere-step.js";
import { type Walk, type Walker, walkAll } from "./parts/walk.js";

const PAPER = "Brendel et al. 2018, arXiv:1712.04248";

const params = {
  rule: choice("serial", ["serial", "trials"], {
    help: "serial: one candidate a query; trials: many orthogonal steps at once, then inward steps of those that fooled",
    source: `${PAPER}, section 2.4; trials: ART's BoundaryAttack`,
    reason: "serial comes nearer for the same queries; trials is the study's",
  }),
  steps: count(5000, 1, {
    help: "rounds of an orthogonal step and one inwards",
    source: `${PAPER}, figure 4`,
    reason: "the norm falls slowly beyond",
  }),
  delta: fraction(0.1, {
    help: "first orthogonal step, as a share of the distance",
    source: "Costa & Pinto 2024, arXiv:2404.05688, settings of Boundary",
    reason: "adapted from then on",
  }),
  epsilon: number(0.1, Number.MIN_VALUE, 1, {
    help: "first step towards the clean sample, as a share of the distance",
    source: "this project's choice",
    reason: "adapted from then on; 1 is the study's",
  }),
  stepAdapt: number(0.667, 0.01, 0.99, {
    help: "factor by which a step shrinks, and grows inversely",
    source: "ART's BoundaryAttack; Foolbox 3 has 1 / 1.5",
    reason: "the two agree",
  }),
  trials: count(25, 1, {
    help: "most adaptations of one stage (rule trials)",
    source: "ART's BoundaryAttack",
    reason: "0.667^25 shrinks a step to 4e-5 of itself",
  }),
  sampleSize: count(20, 1, {
    help: "orthogonal steps asked at once (rule trials)",
    source: "ART's BoundaryAttack",
    reason: "enough to tell a share of 0.2 from one of 0.5",
  }),
  initSize: count(100, 1, {
    help: "random points tried as a start",
    source: "ART's BoundaryAttack",
    reason: "most samples need one; a class that owns most noise needs more",
  }),
};

/** The clean sample, a given start, and the bisection to the boundary. */
const START = 12;

type Context = AttackContext<Oracle, ValuesOf<typeof params>>;

export const boundary = defineAttack({
  id: "boundary",
  title: "Boundary attack",
  source: PAPER,
  family: "minimal",
  norms: ["l2"],
  needs: "labels",
  params,
  mostQueries: ({ rule, steps, trials, sampleSize, initSize }) =>
    initSize + START + (rule === "serial" ? Math.ceil(steps * (1 + 1 / CHECK_EVERY)) : 2 * steps * trials * sampleSize),
  leastQueries: () => START,
  async run(context) {
    const without: number[] = [];
    const found = await walkAll(context, (walker) => search(context, walker, without));
    noteNoStart(context, without, context.params.initSize);
    return [found];
  },
});

function* search({ params, rng }: Context, walker: Walker, without: number[]): Walk {
  const noise = openNoise(rng(walker.sample));
  const start = yield* findStart(walker, noise, params.initSize);
  if (start.kind === "none") without.push(walker.sample);
  if (start.kind !== "found") return;
  yield* bisect(walker, start.point, 1e-3 * radiusOf(walker, start.point));
  yield* (params.rule === "serial" ? serial : trials)(walker, noise, start.point, params);
}

/** Shares of answers over a window that empties itself when it is read full. */
interface Window {
  fooled: number;
  asked: number;
}

const WINDOW = 30;
const CHECK_EVERY = 10;

function* serial(walker: Walker, noise: Noise, here: Float32Array, params: Context["params"]): Walk {
  const sphere = new Float32Array(here.length);
  const inner = new Float32Array(here.length);
  const both: Window = { fooled: 0, asked: 0 };
  const alone: Window = { fooled: 0, asked: 0 };
  let { delta, epsilon } = params;
  let radius = radiusOf(walker, here);
  for (let round = 1; round <= params.steps && radius > 0; round++) {
    delta = Math.max(delta, leastDelta(walker, radius));
    const reached = stepOnSphere(walker, noise, here, radius, delta, sphere);
    inner.set(sphere);
    stepInwards(walker, inner, reached, (1 - epsilon) * radius);
    const isChecked = round % CHECK_EVERY === 0;
    let isInnerFooling = false;
    yield {
      count: isChecked ? 2 : 1,
      write: (k, out) => out.set(k === 0 ? inner : sphere),
      told: (k, isFooling, point) => {
        const window = k === 0 ? both : alone;
        window.asked++;
        if (isFooling) window.fooled++;
        if (k === 0) {
          isInnerFooling = isFooling;
          inner.set(point);
        }
      },
    };
    const innerRadius = isInnerFooling ? radiusOf(walker, inner) : radius;
    if (innerRadius < radius) {
      here.set(inner);
      radius = innerRadius;
    }
    if (both.asked >= WINDOW) {
      const share = both.fooled / both.asked;
      if (share > 0.25) epsilon = Math.min(1, epsilon / params.stepAdapt);
      else if (share < 0.1) epsilon *= params.stepAdapt;
      both.asked = both.fooled = 0;
    }
    if (alone.asked >= WINDOW / 3) {
      const share = alone.fooled / alone.asked;
      const factor = share > 0.5 ? 1 / params.stepAdapt : share < 0.2 ? params.stepAdapt : 1;
      delta *= factor;
      epsilon = Math.min(1, epsilon * factor);
      alone.asked = alone.fooled = 0;
    }
    walker.part = round / params.steps;
  }
}

function* trials(walker: Walker, noise: Noise, here: Float32Array, params: Context["params"]): Walk {
  const size = here.length;
  const candidates = new Float32Array(params.sampleSize * size);
  const inner = new Float32Array(size);
  const sizes = { delta: params.delta, epsilon: params.epsilon };
  const adapt = (share: number, name: "delta" | "epsilon"): void => {
    if (share < 0.2) sizes[name] *= params.stepAdapt;
    else if (share > 0.5) sizes[name] /= params.stepAdapt;
  };
  for (let round = 1; round <= params.steps; round++) {
    const radius = radiusOf(walker, here);
    if (radius === 0) return;
    let fooled = 0;
    for (let trial = 0; trial < params.trials && fooled === 0; trial++) {
      sizes.delta = Math.max(sizes.delta, leastDelta(walker, radius));
      yield {
        count: params.sampleSize,
        write: (_k, out) => stepOnSphere(walker, noise, here, radius, sizes.delta, out),
        told: (_k, isFooling, point) => {
          if (isFooling) candidates.set(point, fooled++ * size);
        },
      };
      adapt(fooled / params.sampleSize, "delta");
    }
    if (fooled === 0) return;
    const count = fooled;
    let nearest = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < params.trials && nearest === Number.POSITIVE_INFINITY; trial++) {
      sizes.epsilon = Math.min(1, sizes.epsilon);
      let reached = 0;
      yield {
        count,
        write: (k, out) => {
          out.set(candidates.subarray(k * size, (k + 1) * size));
          stepInwards(walker, out, 1, 1 - sizes.epsilon);
        },
        told: (_k, isFooling, point) => {
          if (!isFooling) return;
          reached++;
          const distance = radiusOf(walker, point);
          if (distance >= nearest) return;
          nearest = distance;
          inner.set(point);
        },
      };
      adapt(reached / count, "epsilon");
    }
    if (nearest === Number.POSITIVE_INFINITY) return;
    here.set(inner);
    walker.part = round / params.steps;
  }
}
