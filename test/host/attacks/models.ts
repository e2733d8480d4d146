/** Small white boxes in plain arithmetic, so that attacks are tested without a tensor engine. */

import {
  argmax,
  type Batch,
  countOf,
  type GradientModel,
  openStream,
  row,
  rowSize,
  sizeOf,
  zeros,
} from "../../../host/core/index.js";

/** logits = second * tanh(first * (x - 0.5)); without `first`, logits = second * (x - 0.5). */
interface Weights {
  readonly first?: readonly Float64Array[];
  readonly second: readonly Float64Array[];
}

function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (weights) => weights.reduce((sum, w, i) => sum + w * (vector[i] as number), 0));
}

function transposeTimes(matrix: readonly Float64Array[], vector: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  matrix.forEach((weights, k) => {
    weights.forEach((w, i) => {
      out[i] = (out[i] as number) + w * (vector[k] as number);
    });
  });
  return out;
}

export function modelOf(weights: Weights, inputShape: readonly number[]): GradientModel {
  const classes = weights.second.length;
  const passes = { forward: 0, backward: 0 };
  const centred = (x: Batch, i: number): Float64Array => Float64Array.from(row(x, i), (value) => value - 0.5);
  const hidden = (x: Batch, i: number): Float64Array =>
    weights.first ? times(weights.first, centred(x, i)).map(Math.tanh) : centred(x, i);
  const forward = (x: Batch): Batch => {
    passes.forward += countOf(x);
    const logits = zeros([countOf(x), classes]);
    for (let i = 0; i < countOf(x); i++) row(logits, i).set(times(weights.second, hidden(x, i)));
    return logits;
  };
  return {
    kind: "gradient",
    id: "test",
    inputShape,
    classes,
    bounds: [0, 1],
    passes,
    logits: async (x) => forward(x),
    async open(x) {
      const logits = forward(x);
      const kept = { data: x.data.slice(), shape: x.shape };
      return {
        logits,
        async backward(dLogits) {
          passes.backward += countOf(kept);
          const gradient = zeros(kept.shape);
          for (let i = 0; i < countOf(kept); i++) {
            const h = hidden(kept, i);
            const dHidden = transposeTimes(weights.second, Float64Array.from(row(dLogits, i)), h.length);
            if (!weights.first) row(gradient, i).set(dHidden);
            else {
              const dSum = dHidden.map((d, k) => d * (1 - (h[k] as number) ** 2));
              row(gradient, i).set(transposeTimes(weights.first, dSum, rowSize(kept)));
            }
          }
          return gradient;
        },
        close() {},
      };
    },
  };
}

function randomMatrix(rows: number, columns: number, scale: number, name: string): Float64Array[] {
  const rng = openStream(7, "test model", name);
  return Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => scale * rng.normal()));
}

/** A linear model of random weights. */
export function linearModel(
  inputShape: readonly number[],
  classes: number,
): { model: GradientModel; weights: Float64Array[] } {
  const second = randomMatrix(classes, sizeOf(inputShape), 1, "linear");
  return { model: modelOf({ second }, inputShape), weights: second };
}

/** A curved model of random weights: 12 hidden units. */
export function curvedModel(inputShape: readonly number[], classes: number): GradientModel {
  const size = sizeOf(inputShape);
  return modelOf(
    { first: randomMatrix(12, size, 2 / Math.sqrt(size), "first"), second: randomMatrix(classes, 12, 1, "second") },
    inputShape,
  );
}

/** Uniform samples of the 8-bit grid, as floats in [0, 1]. */
export function samplesFor(model: GradientModel, n: number): Batch {
  const x = zeros([n, ...model.inputShape]);
  const rng = openStream(11, "test samples");
  for (let i = 0; i < x.data.length; i++) x.data[i] = rng.int(256) * Math.fround(1 / 255);
  return x;
}

/** What the model itself says: labels on which its clean accuracy is 1. */
export async function labelsOf(model: GradientModel, x: Batch): Promise<Int32Array> {
  const logits = await model.logits(x);
  model.passes.forward -= countOf(x);
  return Int32Array.from({ length: countOf(x) }, (_, i) => argmax(row(logits, i)));
}
