/**
 * HopSkipJump: from a point on the boundary, estimate its normal, jump along it, and walk back.
 *
 * Source: Chen et al. 2020, arXiv:1904.02144, algorithms 1 and 2; l2 and linf. The length of the probes
 * follows the authors' code: 0.1 of the input's range in the first round, then the distance of the last
 * jump times gamma, which they set to 1 / d. Departs: the nearest fooling point ever asked is returned; the
 * last round's probes are cut to the queries that are left; a jump shorter than the bisection's tolerance
 * is not made. On a quantised oracle a probe's elements move by one grid step (root mean square) at
 * least, and bisection ends at neighbouring grid points.
 */

import { type Noise, type Norm, type Oracle, openNoise } from "../core/index.js";
import { type AttackContext, defineAttack } from "./attack.js";
import { count, fraction, type ValuesOf } from "./params.js";
import { bisect, bisectionQueries, isFoolingAt } from "./parts/bisect.js";
import { stepOf } from "./parts/domain.js";
import { findStart, noteNoStart } from "./parts/fooling-start.js";
import { distanceBetween } from "./parts/length.js";
import { type DrawProbe, probeNormal } from "./parts/normal.js";
import { type Walk, type Walker, walkAll } from "./parts/walk.js";

const PAPER = "Chen et al. 2020, arXiv:1904.02144";

const params = {
  steps: count(64, 1, {
    help: "rounds of normal, jump and bisection",
    source: "Foolbox 3's HopSkipJumpAttack",
    reason: "about 35,000 queries; a smaller budget of queries ends it earlier",
  }),
  initialProbes: count(100, 1, {
    help: "probes of the first normal; round t asks sqrt(t) times as many",
    source: `${PAPER}, section V-A (B0)`,
    reason: "fewer make the first jumps blind, more are spent better in later rounds",
  }),
  maxProbes: count(10_000, 1, {
    help: "most probes of one normal",
    source: "the authors' code",
    reason: "a bound on one round; the default number of steps stays below it",
  }),
  gamma: fraction(0.05, {
    help: "length of a probe as a share of the distance; bisection ends at gamma / sqrt(d) of the way (l2) or gamma / d (linf), d elements",
    source: "ours; ART's HopSkipJump has 0.01, the authors' code 1 / d",
    reason:
      "on our ResNet-8, after 10 rounds of 10 images, the median l2 norm is 0.35 at 1 / d, 0.26 at 0.01, 0.25 at 0.065 and 0.27 at 0.15",
  }),
  initSize: count(100, 1, {
    help: "random points tried as a start",
    source: "ART's HopSkipJump",
    reason: "most samples need one; a class that owns most noise needs more",
  }),
};

type Context = AttackContext<Oracle, ValuesOf<typeof params>>;

export const hopSkipJump = defineAttack({
  id: "hop-skip-jump",
  title: "HopSkipJump",
  source: PAPER,
  family: "minimal",
  norms: ["l2", "linf"],
  needs: "labels",
  params,
  mostQueries: ({ steps, initialProbes, maxProbes, initSize }) => {
    let most = initSize + 2 + BISECTION;
    for (let t = 1; t <= steps; t++)
      most += Math.min(maxProbes, Math.floor(initialProbes * Math.sqrt(t))) + 2 * BISECTION;
    return most;
  },
  leastQueries: () => 100,
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
  const { norm, origin, bounds } = walker;
  const isL2 = norm === "l2";
  const d = origin.length;
  const share = params.gamma / (isL2 ? Math.sqrt(d) : d);
  const here = start.point;
  const there = new Float32Array(d);
  const normal = new Float32Array(d);
  let before = distanceBetween(here, origin, norm);
  yield* bisect(walker, here, before * share);
  for (let t = 1; t <= params.steps; t++) {
    const length = distanceBetween(here, origin, norm);
    if (length === 0) return;
    const tolerance = length * share;
    const size = t === 1 ? 0.1 * (bounds[1] - bounds[0]) : params.gamma * before;
    const reserve = bisectionQueries(length, tolerance) + 5;
    const planned = Math.min(params.maxProbes, Math.floor(params.initialProbes * Math.sqrt(t)));
    const probes = Math.min(planned, walker.remaining() - reserve);
    if (probes < Math.min(planned, FEWEST)) return;
    yield* probeNormal(walker, here, probes, probeOf(noise, norm, size, walker), normal);
    before = length;
    for (let jump = length / Math.sqrt(t); jump > tolerance; jump /= 2) {
      for (let i = 0; i < d; i++) {
        const along = normal[i] as number;
        there[i] = (here[i] as number) + jump * (isL2 ? along : Math.sign(along));
      }
      walker.settle(there);
      if (!(yield* isFoolingAt(there))) continue;
      here.set(there);
      before = distanceBetween(here, origin, norm);
      yield* bisect(walker, here, before * share);
      break;
    }
    walker.part = t / params.steps;
  }
}

/** Queries of a bisection, or of the halvings of a jump, at most: an interval halved to float32's precision. */
const BISECTION = 24;

/** Probes below which the last round's normal is not worth its bisection. */
const FEWEST = 20;

/** Directions of the sphere (l2) or of the cube (linf), of l2 length `size`: section III-C. */
function probeOf(noise: Noise, norm: Norm, size: number, { grid, origin }: Walker): DrawProbe {
  const length = Math.max(size, stepOf(grid) * Math.sqrt(origin.length));
  return (out) => {
    const square = norm === "l2" ? noise.normals(out) : noise.uniforms(out);
    const factor = length / Math.sqrt(square);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * factor;
  };
}
