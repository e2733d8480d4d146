/** A float network asked as a black box. */

import {
  argmax,
  type Batch,
  countOf,
  type GradientModel,
  McuEvalError,
  type Oracle,
  row,
  zeros,
} from "../../core/index.js";

export interface FloatOracleOptions {
  /** Default "scores": the logits. */
  readonly gives?: Oracle["gives"];
  /** Queries a sample may ask; default without end. */
  readonly budget?: number;
}

/** Wraps a network as an oracle that gives its logits, or one-hot labels, and nothing else. */
export function floatOracle(model: GradientModel, options: FloatOracleOptions = {}): Oracle {
  const { gives = "scores", budget = Number.POSITIVE_INFINITY } = options;
  const queries = new Map<number, number>();
  const asked = (sample: number): number => queries.get(sample) ?? 0;
  return {
    kind: "oracle",
    id: model.id,
    inputShape: model.inputShape,
    classes: model.classes,
    bounds: model.bounds,
    gives,
    scoresAre: "logits",
    queries,
    remaining: (sample) => budget - asked(sample),
    async query(x, samples) {
      for (const sample of samples) queries.set(sample, asked(sample) + 1);
      const beyond = samples.find((sample) => asked(sample) > budget);
      if (beyond !== undefined) {
        throw new McuEvalError("INTERNAL", `sample ${beyond} asked ${asked(beyond)} queries, its budget is ${budget}`);
      }
      const logits = await model.logits(x);
      return gives === "scores" ? logits : oneHot(logits);
    },
  };
}

/** 1 for the predicted class of each row, 0 for the others. @param scores [N, classes] */
export function oneHot(scores: Batch): Batch {
  const labels = zeros(scores.shape);
  for (let i = 0; i < countOf(scores); i++) row(labels, i)[argmax(row(scores, i))] = 1;
  return labels;
}
