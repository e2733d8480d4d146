/** Adam: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, with its constants. */

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** One row's moments; zero them to start anew. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function momentsOf(size: number): Moments {
  return { first: new Float32Array(size), second: new Float32Array(size) };
}

export function resetMoments({ first, second }: Moments): void {
  first.fill(0);
  second.fill(0);
}

/**
 * Moves a position down its gradient, in place.
 *
 * @param step 1 for the first step since the moments were zero
 */
export function adamStep(
  position: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  step: number,
  learningRate: number,
): void {
  const rate = learningRate / (1 - BETA_1 ** step);
  const correction = 1 / (1 - BETA_2 ** step);
  for (let i = 0; i < position.length; i++) {
    const slope = gradient[i] as number;
    const mean = BETA_1 * (first[i] as number) + (1 - BETA_1) * slope;
    const square = BETA_2 * (second[i] as number) + (1 - BETA_2) * slope * slope;
    first[i] = mean;
    second[i] = square;
    position[i] = (position[i] as number) - (rate * mean) / (Math.sqrt(square * correction) + EPSILON);
  }
}
