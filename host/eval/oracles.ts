/** Models asked as black boxes: the float network, and engines that run the quantised one. */

import { oneHot } from "../attacks/index.js";
import {
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  McuEvalError,
  type ModelShape,
  type Oracle,
  row,
  toGrid,
  zeros,
} from "../core/index.js";
import { crc32Of, type OracleAnswers } from "../data/index.js";
import type { Asker } from "./asker.js";
import type { OracleClock } from "./oracle-clock.js";
import type { OracleLedger } from "./oracle-ledger.js";
import { predictionOf, scoresOf } from "./output-values.js";

interface OracleOptions {
  readonly gives: Oracle["gives"];
  readonly ledger: OracleLedger;
  readonly clock: OracleClock;
}

/** The float network: its logits, or its labels. */
export function networkOracle(model: GradientModel, { gives, ledger, clock }: OracleOptions): Oracle {
  return {
    ...shapeOf(model),
    kind: "oracle",
    gives,
    scoresAre: "logits",
    queries: ledger.queries,
    remaining: ledger.remaining,
    async query(x, samples) {
      ledger.charge(samples);
      const logits = await clock.time(countOf(x), () => model.logits(x));
      return gives === "scores" ? logits : oneHot(logits);
    },
  };
}

/** How the answers of an engine are read. */
export interface EngineView {
  /** The quantised model's input grid. */
  readonly input: Grid;
  /** Of the model's output. */
  readonly output: Grid;
  /** What the model's output is; absent where its last operator does not tell. */
  readonly outputIs?: Oracle["scoresAre"];
  /** That tensor, where it is not the model's output. */
  readonly logits?: { readonly index: number; readonly grid: Grid } | undefined;
}

export interface EngineOracleOptions extends OracleOptions {
  readonly asker: Asker;
  /** Name, classes and bounds of the model. */
  readonly model: ModelShape;
  readonly view: EngineView;
  /** What was answered to this very attack before it was cut short. */
  readonly answers: OracleAnswers;
}

/**
 * An engine that runs the quantised model: inputs are rounded to its grid, integers come back as real values.
 *
 * An answer that is kept from an earlier session is not asked again, but counts as a query, so that a resumed
 * attack goes the way of one that was never cut.
 *
 * @throws McuEvalError in `query`: FILE_INVALID where a kept answer is to another input, and those of the engine
 */
export function engineOracle(options: EngineOracleOptions): Oracle {
  const { asker, model, view, answers, gives, ledger, clock } = options;
  const tensor = gives === "scores" ? view.logits : undefined;
  const scoresAre = tensor ? "logits" : view.outputIs;

  const ask = async (sample: number, place: number, values: Float32Array): Promise<Uint8Array> => {
    const input = toGrid(values, view.input);
    const inputCrc = crc32Of(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
    const kept = answers.find(sample, place);
    if (kept) {
      if (kept.inputCrc === inputCrc) return kept.output;
      throw new McuEvalError(
        "FILE_INVALID",
        `query ${place} of sample ${sample} is not the one whose answer was kept: input CRC-32 ${inputCrc}, kept ${kept.inputCrc}`,
        { hint: "Remove the folder `answers` of the run folder: what it kept is then asked again." },
      );
    }
    const output = await clock.time(1, () => asker.query(sample, input, tensor?.index));
    answers.add({ sample, place, inputCrc, output }, clock.total());
    return output;
  };

  return {
    ...shapeOf(model),
    kind: "oracle",
    gives,
    ...(scoresAre && { scoresAre }),
    grid: view.input,
    queries: ledger.queries,
    remaining: ledger.remaining,
    async query(x, samples) {
      const places = ledger.charge(samples);
      const asked = samples.map((sample, i) => ask(sample, places[i] as number, row(x, i)));
      const outputs = await Promise.all(asked);
      return gives === "labels"
        ? labelsOf(outputs, model.classes, view.output)
        : rowsOf(
            outputs.map((bytes) => scoresOf(bytes, tensor?.grid ?? view.output, tensor !== undefined)),
            model.classes,
          );
    },
  };
}

function labelsOf(outputs: readonly Uint8Array[], classes: number, grid: Grid): Batch {
  const labels = zeros([outputs.length, classes]);
  for (const [i, bytes] of outputs.entries()) row(labels, i)[predictionOf(bytes, grid)] = 1;
  return labels;
}

function rowsOf(rows: readonly Float32Array[], classes: number): Batch {
  const batch = zeros([rows.length, classes]);
  for (const [i, values] of rows.entries()) row(batch, i).set(values);
  return batch;
}

function shapeOf({ id, inputShape, classes, bounds }: ModelShape): ModelShape {
  return { id, inputShape, classes, bounds };
}
