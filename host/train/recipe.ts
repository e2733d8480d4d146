/** How a network is trained, as data: with the data set and the engine's version it determines the weights. */

export interface Recipe {
  readonly id: string;
  readonly seed: number;
  /** Threads inside one kernel: sums are cut differently by another number, and the weights differ. */
  readonly threads: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: {
    readonly peak: number;
    /** Share of all steps in which the rate rises linearly from `start * peak` to `peak`. */
    readonly warmup: number;
    readonly start: number;
    /** The cosine falls from `peak` to `end * peak`. */
    readonly end: number;
  };
  readonly momentum: number;
  /** L2 penalty on kernels; biases and norms are not decayed. */
  readonly weightDecay: number;
  /** Share of the target spread evenly over all classes. */
  readonly labelSmoothing: number;
  readonly augment: {
    /** Pixels by which a picture may move along each axis; 0 for data that are no pictures. */
    readonly maxShift: number;
    /** Mirror every other picture left to right. */
    readonly flip: boolean;
  };
}
