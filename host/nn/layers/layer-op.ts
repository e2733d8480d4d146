/** What every kind of layer can do, whatever its kind. */

import { McuEvalError } from "../../core/index.js";
import type { Tensor } from "../kernels.js";

/** A layer's parameters by role: kernel, bias, gamma, beta, moving_mean, moving_variance, nudge. */
export type RoleTensors = Readonly<Record<string, Tensor>>;

/** What one forward pass of one layer leaves for its backward pass. */
export interface Kept {
  readonly inputs: readonly Tensor[];
  readonly y: Tensor;
  /** Layer-specific: the batch statistics of a batchNorm in training mode. */
  readonly extra?: unknown;
}

export interface LayerGradients {
  /** One an input; null where it was not asked for. */
  readonly inputs: readonly (Tensor | null)[];
  /** By role; empty where not asked for. */
  readonly params: RoleTensors;
}

export interface Wanted {
  /** Gradients with respect to the layer's inputs. */
  readonly inputs: boolean;
  /** Gradients with respect to the layer's trainable parameters. */
  readonly params: boolean;
}

export interface LayerOp {
  /** @param training batchNorm normalises by the batch instead of the moving statistics */
  forward(inputs: readonly Tensor[], params: RoleTensors, training: boolean): Kept;
  backward(kept: Kept, dy: Tensor, params: RoleTensors, wanted: Wanted): LayerGradients;
}

/** @throws McuEvalError FILE_INVALID when the network has no such parameter */
export function roleOf(params: RoleTensors, role: string, layer: string): Tensor {
  const tensor = params[role];
  if (!tensor) throw new McuEvalError("FILE_INVALID", `layer "${layer}" has no parameter "${role}"`);
  return tensor;
}

/** The only input of a layer that has one. */
export function first(inputs: readonly Tensor[]): Tensor {
  const [x] = inputs;
  if (!x) throw new McuEvalError("INTERNAL", "a layer ran without input");
  return x;
}
