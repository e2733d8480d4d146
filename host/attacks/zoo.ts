/**
 * ZOO: Carlini and Wagner's objective, descended along single elements by finite differences of scores.
 *
 * Source: Chen et al. 2017, arXiv:1708.03999, section 3 (objective, algorithm 1 with ZOO-ADAM, importance
 * sampling); the binary search over the constant as in Carlini & Wagner 2017, arXiv:1608.04644. A step
 * costs two queries an element and one for the point it leads to.
 * Departs: no reduced attack space. After a constant that failed, the next goes on from where that one
 * came to, so that no query is lost. While a point fools by the confidence its loss is flat, so that
 * nothing but the length is descended, for one query a step. Regions are important by the derivatives
 * seen there, since with Adam all first moves are equally long. Every difference is divided by the
 * distance that bounds and float32 leave. On a grid differences and moves are whole steps, one at least.
 */

import { type Batch, countOf, row, zeros } from "../core/index.js";
import { defineAttack, stopIfAborted } from "./attack.js";
import { count, flag, fraction } from "./params.js";
import { confidence } from "./parts/confidence.js";
import { placer } from "./parts/domain.js";
import { finiteDifferences } from "./parts/finite-difference.js";
import { flatScoresLine } from "./parts/flat-scores.js";
import { isFooled } from "./parts/goal.js";
import { scoreReader } from "./parts/score-reader.js";
import { chooseElements, descend, settleStep, startSearch, type ZooSearch } from "./parts/zoo-search.js";

const PAPER = "Chen et al. 2017, arXiv:1708.03999";

export const zoo = defineAttack({
  id: "zoo",
  title: "Zeroth-order optimisation",
  source: PAPER,
  family: "minimal",
  norms: ["l2"],
  needs: "scores",
  params: {
    steps: count(10, 1, {
      help: "steps for each constant tried",
      source: "Costa & Pinto 2024, arXiv:2404.05688, settings of ZOO; ART 1.20",
      reason: "a step costs 257 queries; the paper takes 1,000 and more",
    }),
    binarySteps: count(5, 1, {
      help: "constants tried",
      source: "Costa & Pinto 2024, arXiv:2404.05688, settings of ZOO",
      reason: "from 0.01 they reach 100",
    }),
    initialConst: fraction(0.01, {
      help: "first weight of fooling against staying near",
      source: `${PAPER}, section 4.1`,
      reason: "the paper's",
    }),
    learningRate: fraction(0.01, {
      help: "length of an element's first move, in units of the input",
      source: `${PAPER}, section 4.1`,
      reason: "the paper's",
    }),
    confidence: confidence(`${PAPER}, section 3.1`),
    coordinates: count(128, 1, {
      help: "elements looked at in a step, two queries each",
      source: `${PAPER}, section 4; ART 1.20`,
      reason: "the paper's",
    }),
    difference: fraction(1e-4, {
      help: "distance of a finite difference's queries from the point, in units of the input",
      source: `${PAPER}, section 3.2`,
      reason: "the paper's; a quantised model is probed one grid step away at least",
    }),
    importanceSampling: flag(true, {
      help: "look more often where derivatives were large",
      source: `${PAPER}, section 3.4`,
      reason: "the paper's for large images",
    }),
    abortEarly: flag(true, {
      help: "go on to the next constant when the objective falls no more",
      source: "Carlini & Wagner 2017, arXiv:1608.04644, the authors' code",
      reason: "constants that are too small cost no more than a step",
    }),
  },
  mostQueries: ({ steps, binarySteps, coordinates }) => 1 + binarySteps * steps * (2 * coordinates + 1),
  leastQueries: () => 4,
  async run({ model, x, labels, samples, goal, params, rng, note, signal, progress }) {
    const n = countOf(x);
    const place = placer(model.bounds, model.grid);
    const reader = scoreReader(model, labels, goal);
    const loss = (scores: Float32Array, i: number): number => Math.max(-params.confidence, -reader.lead(scores, i));
    const searches = samples.map((sample, i) =>
      startSearch(row(x, i).map(place), model.inputShape, params, rng(sample)),
    );
    const remaining = (i: number): number => model.remaining(samples[i] as number);
    const at = (i: number): ZooSearch => searches[i] as ZooSearch;
    const pointsOf = (rows: readonly number[]): Batch => {
      const points = zeros([rows.length, ...model.inputShape]);
      for (const [j, i] of rows.entries()) row(points, j).set(at(i).point);
      return points;
    };
    const namesOf = (rows: readonly number[]): number[] => rows.map((i) => samples[i] as number);

    let active = [...searches.keys()].filter((i) => remaining(i) >= 1);
    stopIfAborted(signal);
    if (active.length > 0) {
      const scores = await model.query(pointsOf(active), namesOf(active));
      for (const [j, i] of active.entries()) {
        if (!isFooled(row(scores, j), labels, goal, i)) continue;
        at(i).found.set(at(i).point);
        at(i).isDone = true;
      }
    }
    for (;;) {
      active = active.filter((i) => !at(i).isDone && remaining(i) >= (at(i).isSlack ? 1 : 3));
      if (active.length === 0) break;
      const climbing = active.filter((i) => !at(i).isSlack);
      const elements = climbing.map((i) =>
        chooseElements(at(i), Math.min(params.coordinates, Math.floor((remaining(i) - 1) / 2))),
      );
      const probe = { points: pointsOf(climbing), samples: namesOf(climbing), elements, distance: params.difference };
      const slopes = await finiteDifferences(model, probe, (scores, j) => loss(scores, climbing[j] as number), signal);
      for (const [j, i] of climbing.entries()) {
        descend(at(i), elements[j] as Int32Array, slopes[j] as Float64Array, params.learningRate, place, model.grid);
      }
      for (const i of active) {
        if (!at(i).isSlack) continue;
        descend(at(i), chooseElements(at(i), params.coordinates), null, params.learningRate, place, model.grid);
      }
      // Time may have run out meanwhile.
      active = active.filter((i) => remaining(i) >= 1);
      stopIfAborted(signal);
      if (active.length === 0) break;
      const scores = await model.query(pointsOf(active), namesOf(active));
      for (const [j, i] of active.entries()) {
        const lead = reader.lead(row(scores, j), i);
        settleStep(at(i), lead, isFooled(row(scores, j), labels, goal, i), params);
      }
      const done = searches.reduce((sum, { isDone, tries }) => sum + (isDone ? params.binarySteps : tries), 0);
      progress?.(done / (n * params.binarySteps));
    }
    progress?.(1);
    const flat = searches.filter(
      ({ hasChanged, found, step, tries }) => !hasChanged && Number.isNaN(found[0]) && step + tries > 0,
    );
    if (flat.length > 0) {
      note?.(flatScoresLine(flat.length, n, "at any element probed", model));
    }
    const out = zeros(x.shape);
    for (const [i, { found }] of searches.entries()) row(out, i).set(found);
    return [out];
  },
});
