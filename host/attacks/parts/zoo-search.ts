/** One sample's way through ZOO: a binary search over the constant, each try a descent from the clean sample. */

import type { Grid, Rng } from "../../core/index.js";
import { type ConstSearch, nextConst, startConst } from "./const-search.js";
import { type CoordinateMoments, coordinateMoments, coordinateStep, resetCoordinates } from "./coordinate-adam.js";
import { drawElements } from "./draw-elements.js";
import { type RegionImportance, regionImportance } from "./region-importance.js";

export interface ZooSettings {
  readonly steps: number;
  readonly binarySteps: number;
  readonly initialConst: number;
  readonly learningRate: number;
  readonly confidence: number;
  readonly coordinates: number;
  readonly difference: number;
  readonly importanceSampling: boolean;
  readonly abortEarly: boolean;
}

export interface ZooSearch {
  /** Where the search stands. */
  readonly point: Float32Array;
  /** Whether the point fools by the confidence, so that the loss's derivatives are 0 and none need be asked. */
  isSlack: boolean;
  readonly clean: Float32Array;
  readonly rng: Rng;
  readonly moments: CoordinateMoments;
  readonly importance: RegionImportance | null;
  readonly weights: Float64Array;
  search: ConstSearch;
  tries: number;
  step: number;
  hasFooled: boolean;
  previous: number;
  /** Squared length of the smallest perturbation that fooled, and where it was. */
  best: number;
  readonly found: Float32Array;
  /** Whether any derivative differed from 0. */
  hasChanged: boolean;
  isDone: boolean;
}

export function startSearch(
  clean: Float32Array,
  inputShape: readonly number[],
  settings: ZooSettings,
  rng: Rng,
): ZooSearch {
  return {
    point: clean.slice(),
    isSlack: false,
    clean,
    rng,
    moments: coordinateMoments(clean.length),
    importance: settings.importanceSampling ? regionImportance(inputShape) : null,
    weights: new Float64Array(clean.length).fill(1),
    search: startConst(settings.initialConst),
    tries: 0,
    step: 0,
    hasFooled: false,
    previous: Number.POSITIVE_INFINITY,
    best: Number.POSITIVE_INFINITY,
    found: new Float32Array(clean.length).fill(Number.NaN),
    hasChanged: false,
    isDone: false,
  };
}

/** The elements to look at next: while the point fools, of those that moved, as the others are where they should be. */
export function chooseElements(search: ZooSearch, wanted: number): Int32Array {
  const { weights, point, clean, rng, importance } = search;
  if (search.isSlack) for (let i = 0; i < weights.length; i++) weights[i] = Number(point[i] !== clean[i]);
  else if (importance) importance.weigh(weights);
  else weights.fill(1);
  return drawElements(weights, wanted, rng);
}

/**
 * Moves elements down the objective's derivative, on a grid by a step of it at least.
 *
 * @param slopes derivative of the loss at each element, or null where it is 0
 * @param place as `placer` makes it
 */
export function descend(
  search: ZooSearch,
  elements: Int32Array,
  slopes: Float64Array | null,
  learningRate: number,
  place: (value: number) => number,
  grid: Grid | undefined,
): void {
  const { point, clean, moments } = search;
  const least = grid ? Math.fround(grid.scale) : 0;
  if (slopes) {
    search.importance?.observe(elements, slopes);
    if (slopes.some((slope) => slope !== 0)) search.hasChanged = true;
  }
  for (let j = 0; j < elements.length; j++) {
    const i = elements[j] as number;
    const from = point[i] as number;
    const slope = slopes ? search.search.value * (slopes[j] as number) : 0;
    const move = coordinateStep(moments, i, slope + 2 * (from - (clean[i] as number)), learningRate);
    point[i] = place(from + Math.sign(move) * Math.max(Math.abs(move), least));
  }
}

/**
 * Takes in what the point's scores say, and begins the next try where this one is over.
 *
 * @param lead how far the point is beyond the boundary @param isFooled whether the prediction meets the goal
 */
export function settleStep(search: ZooSearch, lead: number, isFooled: boolean, settings: ZooSettings): void {
  const { point, clean, found } = search;
  let square = 0;
  for (let i = 0; i < point.length; i++) square += ((point[i] as number) - (clean[i] as number)) ** 2;
  const isSlack = isFooled && lead >= settings.confidence;
  if (isSlack) {
    // The momentum gathered on the way would carry it further away.
    if (!search.hasFooled) resetCoordinates(search.moments);
    search.hasFooled = true;
    if (square < search.best) {
      search.best = square;
      found.set(point);
    }
  }
  search.isSlack = isSlack;
  search.step++;
  const objective = square + search.search.value * Math.max(0, settings.confidence - lead);
  const interval = Math.max(1, Math.floor(settings.steps / 10));
  const isCheck = settings.abortEarly && search.step % interval === 0;
  if (search.step === settings.steps || (isCheck && objective > 0.9999 * search.previous)) beginTry(search, settings);
  else if (isCheck) search.previous = objective;
}

/** The next constant: after one that fooled from the clean sample, after one that failed from where it came to. */
function beginTry(search: ZooSearch, settings: ZooSettings): void {
  search.tries++;
  search.search = nextConst(search.search, search.hasFooled);
  search.isDone = search.tries === settings.binarySteps || !search.hasChanged;
  if (search.hasFooled) search.point.set(search.clean);
  resetCoordinates(search.moments);
  search.step = 0;
  search.hasFooled = false;
  search.isSlack = false;
  search.previous = Number.POSITIVE_INFINITY;
}
