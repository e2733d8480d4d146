/** What an attack may ask of a model. Both kinds are awaited: the model may be a board. */

import type { Batch } from "./batch.js";
import type { Grid } from "./grid.js";

/** Samples passed through a model so far. */
export interface PassCount {
  forward: number;
  backward: number;
}

export interface ModelShape {
  readonly id: string;
  /** Shape of one sample, e.g. [32, 32, 3]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Valid input range [low, high], the same for every element. */
  readonly bounds: readonly [number, number];
}

/** One forward pass, kept open for any number of backward passes. */
export interface OpenPass {
  /** [N, classes], before the softmax. */
  readonly logits: Batch;
  /**
   * The vector-Jacobian product: gradient of sum(dLogits * logits) with respect to the input.
   *
   * @param dLogits [N, classes]
   * @returns [N, ...inputShape]
   */
  backward(dLogits: Batch): Promise<Batch>;
  /** Frees the kept activations; call once. */
  close(): void;
}

/** A white box: logits and gradients. */
export interface GradientModel extends ModelShape {
  readonly kind: "gradient";
  readonly passes: PassCount;
  /** @param x [N, ...inputShape], in `bounds` @returns [N, classes], before the softmax */
  logits(x: Batch): Promise<Batch>;
  /** @param x [N, ...inputShape], in `bounds` */
  open(x: Batch): Promise<OpenPass>;
}

/** A black box that counts what it was asked. */
export interface Oracle extends ModelShape {
  readonly kind: "oracle";
  readonly gives: "scores" | "labels";
  /** What its scores are: logits, or a softmax's output. Absent where the model does not tell. */
  readonly scoresAre?: "logits" | "probabilities";
  /** Integer input grid of a quantised model; absent for a float model. */
  readonly grid?: Grid;
  /** Queries asked so far, by sample number. */
  readonly queries: ReadonlyMap<number, number>;
  /**
   * Queries that this sample may still ask; Infinity without a budget. It falls to 0 for all samples when
   * time runs out. An attack asks before each round, and returns what it has when its next round no longer fits.
   */
  remaining(sample: number): number;
  /**
   * @param x [N, ...inputShape], in `bounds`
   * @param samples the sample each row belongs to, for the count
   * @returns [N, classes] scores (larger is more likely), or one-hot labels where `gives` is "labels"
   * @throws McuEvalError INTERNAL for a query beyond the budget
   */
  query(x: Batch, samples: readonly number[]): Promise<Batch>;
}
