/**
 * GeoDA: take the decision boundary for a plane, estimate its normal, and follow it from the clean sample.
 *
 * Source: Rahmati et al. 2020, arXiv:2003.06468, algorithm 1, l2 and linf (section 3.2), queries shared
 * out over the rounds as in eq. 19 and the authors' code. Departs: the normals of the rounds are
 * added with the root of their probes as weights, which is the best linear estimate of one plane's
 * normal, and the mean answer is taken off each answer; a round whose point along the normal is not
 * nearer stays where it was; the nearest fooling point ever asked is returned. On a quantised oracle
 * the elements of a probe move by one grid step (root mean square) at least.
 */

import { type Oracle, openNoise } from "../core/index.js";
import { type AttackContext, defineAttack } from "./attack.js";
import { count, fraction, number, type ValuesOf } from "./params.js";
import { bisect, isFoolingAt } from "./parts/bisect.js";
import { findStart, noteNoStart } from "./parts/fooling-start.js";
import { distanceBetween } from "./parts/length.js";
import { gaussianProbe, probeNormal } from "./parts/normal.js";
import { type Walk, type Walker, walkAll } from "./parts/walk.js";

const PAPER = "Rahmati et al. 2020, arXiv:2003.06468";

/** The clean sample, a start, its bisection and a first round. */
const LEAST = 50;

const params = {
  maxQueries: count(4000, LEAST, {
    help: "queries a sample, all together",
    source: "the authors' code",
    reason: "the norm falls slowly beyond",
  }),
  subDim: count(75, 1, {
    help: "frequencies of the probes along each side of the image; all of them from the side on",
    source: `${PAPER}, section 4.1`,
    reason: "perturbations of low frequencies need fewer probes",
  }),
  sigma: fraction(2e-4, {
    help: "standard deviation of a probe's elements",
    source: "the authors' code",
    reason: "small beside the curvature of the boundary, large beside the error of its place",
  }),
  lambda: number(0.6, 0.01, 1, {
    help: "each round has lambda^(-2/3) times the probes of the one before",
    source: `${PAPER}, section 4.1`,
    reason: "later rounds, nearer to the minimum, need the better normals",
  }),
  binSearchTol: fraction(1e-4, {
    help: "l2 distance of the two ends at which a bisection ends",
    source: "the authors' code",
    reason: "must stay small beside the length of a probe",
  }),
  initSize: count(100, 1, {
    help: "random points tried as a start",
    source: "Costa & Pinto 2024, arXiv:2404.05688, settings of GeoDA",
    reason: "most samples need one; a class that owns most noise needs more",
  }),
};

type Context = AttackContext<Oracle, ValuesOf<typeof params>>;

export const geoda = defineAttack({
  id: "geoda",
  title: "GeoDA",
  source: PAPER,
  family: "minimal",
  norms: ["l2", "linf"],
  needs: "labels",
  params,
  mostQueries: ({ maxQueries }) => maxQueries,
  leastQueries: () => LEAST,
  async run(context) {
    const without: number[] = [];
    const begin = (walker: Walker): Walk => search(context, walker, without);
    const found = await walkAll(context, begin, context.params.maxQueries);
    noteNoStart(context, without, context.params.initSize);
    return [found];
  },
});

/** Queries kept for the search along the normal and the bisection of a round, as in the authors' code. */
const RESERVE = 25;

function* search({ params, rng }: Context, walker: Walker, without: number[]): Walk {
  const noise = openNoise(rng(walker.sample));
  const start = yield* findStart(walker, noise, params.initSize);
  if (start.kind === "none") without.push(walker.sample);
  if (start.kind !== "found") return;
  const { origin, norm } = walker;
  const here = start.point;
  yield* bisect(walker, here, params.binSearchTol);
  const there = new Float32Array(here.length);
  const normal = new Float32Array(here.length);
  const sum = new Float32Array(here.length);
  const draw = gaussianProbe(walker, noise, params);
  const rounds = probesOfRounds(walker.remaining(), params.lambda);
  for (const [t, planned] of rounds.entries()) {
    const radius = distanceBetween(here, origin, norm);
    const probes = Math.min(planned, walker.remaining() - RESERVE);
    if (radius === 0 || probes < 1) return;
    yield* probeNormal(walker, here, probes, draw, normal);
    let square = 0;
    for (let i = 0; i < sum.length; i++) {
      const value = (sum[i] as number) + Math.sqrt(probes) * (normal[i] as number);
      sum[i] = value;
      square += value * value;
    }
    const length = Math.sqrt(square);
    for (let i = 0; i < there.length; i++) {
      const along = sum[i] as number;
      there[i] = (origin[i] as number) + radius * (norm === "linf" ? Math.sign(along) : along / length);
    }
    walker.settle(there);
    if (yield* isFoolingAt(there)) {
      yield* bisect(walker, there, params.binSearchTol);
      here.set(there);
    }
    walker.part = (t + 1) / rounds.length;
  }
}

/** Probes of each round: eq. 19, for the fewest rounds that leave the first at most 80. */
export function probesOfRounds(queries: number, lambda: number): number[] {
  for (let rounds = 1; ; rounds++) {
    const weights = Array.from({ length: rounds }, (_, t) => lambda ** ((-2 * t) / 3));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const probes = weights.map((weight) => Math.round(((queries - RESERVE * rounds) * weight) / total));
    if ((probes[0] as number) <= 80) return probes.filter((number) => number > 0);
  }
}
