/** A network's parameters and their momenta as flat vectors, and the update rule on them. */

import { sizeOf } from "../core/index.js";
import type { Param, Params } from "../nn/index.js";
import type { Recipe } from "./recipe.js";

export interface Weights {
  /** Views into one vector: writing to them changes `values`. */
  readonly params: Params;
  readonly values: Float32Array;
  /** Velocity of each value; that of a moving statistic stays 0. */
  readonly velocity: Float32Array;
  readonly offsets: ReadonlyMap<string, number>;
}

/** Copies `initial` into flat vectors, in its order. */
export function flatten(initial: Params): Weights {
  const total = [...initial.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const values = new Float32Array(total);
  const params = new Map<string, Param>();
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const [key, { shape, data }] of initial) {
    const view = values.subarray(offset, offset + data.length);
    view.set(data);
    params.set(key, { shape, data: view });
    offsets.set(key, offset);
    offset += data.length;
  }
  return { params, values, velocity: new Float32Array(total), offsets };
}

/** The momenta of one parameter, as a view. */
export function velocityOf({ velocity, offsets, params }: Weights, key: string): Float32Array {
  const offset = offsets.get(key) ?? 0;
  return velocity.subarray(offset, offset + (params.get(key)?.data.length ?? 0));
}

/**
 * One step of SGD with Nesterov momentum on one parameter (Sutskever et al. 2013, in PyTorch's form:
 * v = momentum v + g, w -= rate (g + momentum v)), with an L2 penalty on kernels.
 */
export function descend(weights: Weights, key: string, gradient: Float32Array, rate: number, recipe: Recipe): void {
  const { values, velocity } = weights;
  const offset = weights.offsets.get(key) as number;
  const decay = key.endsWith("/kernel") ? recipe.weightDecay : 0;
  const { momentum } = recipe;
  for (let i = 0; i < gradient.length; i++) {
    const at = offset + i;
    const value = values[at] as number;
    const slope = (gradient[i] as number) + decay * value;
    const speed = momentum * (velocity[at] as number) + slope;
    velocity[at] = speed;
    values[at] = value - rate * (slope + momentum * speed);
  }
}

/** Moves a moving statistic towards that of the last batch: m = momentum m + (1 - momentum) batch. */
export function follow(weights: Weights, key: string, batch: Float32Array, momentum: number): void {
  const { values } = weights;
  const offset = weights.offsets.get(key) as number;
  for (let i = 0; i < batch.length; i++) {
    values[offset + i] = momentum * (values[offset + i] as number) + (1 - momentum) * (batch[i] as number);
  }
}
