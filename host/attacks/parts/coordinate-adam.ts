/** Adam for one element at a time. */

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Moments of one row's elements, each with a count of its own steps. */
export interface CoordinateMoments {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly steps: Int32Array;
}

export function coordinateMoments(size: number): CoordinateMoments {
  return { first: new Float64Array(size), second: new Float64Array(size), steps: new Int32Array(size) };
}

export function resetCoordinates({ first, second, steps }: CoordinateMoments): void {
  first.fill(0);
  second.fill(0);
  steps.fill(0);
}

/**
 * Takes in an element's derivative and returns by how much to move it: ZOO-ADAM.
 *
 * Source: Chen et al. 2017, arXiv:1708.03999, algorithm 2, with Adam's constants.
 */
export function coordinateStep(
  { first, second, steps }: CoordinateMoments,
  element: number,
  derivative: number,
  learningRate: number,
): number {
  const step = (steps[element] as number) + 1;
  const mean = BETA_1 * (first[element] as number) + (1 - BETA_1) * derivative;
  const square = BETA_2 * (second[element] as number) + (1 - BETA_2) * derivative * derivative;
  steps[element] = step;
  first[element] = mean;
  second[element] = square;
  return (-learningRate * mean) / (1 - BETA_1 ** step) / (Math.sqrt(square / (1 - BETA_2 ** step)) + EPSILON);
}
