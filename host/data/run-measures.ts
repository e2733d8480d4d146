/** `measures.jsonl`: what a run measured beyond predictions, one line a sample and set. Names are as in the file. */

import { join } from "node:path";
import { writeAtomic } from "./atomic.js";
import { readJournal } from "./journal.js";
import { type Checker, checkerOf } from "./schema.js";

export const MEASURES_FILE = "measures.jsonl";

/** Shares of a gradient's entries, 0 … 1. */
export interface ZeroDensity {
  /** Exactly 0. */
  readonly zeros: number;
  /** At most tau in size; tau stands in run.json. */
  readonly near_zeros: number;
}

/**
 * Who was asked: the float network's scores, the native build's scores before the softmax, those of its
 * output, or the native build's labels.
 */
export type MeasuredOracle = "float" | "native" | "native_output";

/** How far the first fooling point lies from the clean input, in units of the model's input. */
export interface BoundaryRecord {
  readonly l2: number;
  readonly linf: number;
}

interface OfSample {
  /** Number of the sample in its data split. */
  readonly sample: number;
}

export type MeasureRecord =
  /** The gradient of the cross-entropy at the clean input; the cosine is absent where either gradient is zero. */
  | (OfSample & {
      readonly set: "gradients";
      readonly float: ZeroDensity;
      readonly twin?: ZeroDensity;
      readonly cosine?: number;
    })
  /** What black boxes estimate; absent where the oracle has the sample wrong, or no boundary was found. */
  | (OfSample & {
      readonly set: "estimates";
      /** Derivatives along elements at the clean input. */
      readonly zoo: Readonly<Partial<Record<MeasuredOracle, ZeroDensity>>>;
      /** Normals of the decision boundary. */
      readonly geoda: Readonly<Partial<Record<MeasuredOracle, ZeroDensity>>>;
    })
  /** Length of the difference between float's and native's logits of the same grid-rounded input. */
  | (OfSample & { readonly set: "shift"; readonly condition: number; readonly l2: number })
  /** Along the adversarial input of that condition; absent where nothing on the way fools; 0 where the clean input does. */
  | (OfSample & {
      readonly set: "boundary";
      readonly condition: number;
      readonly float?: BoundaryRecord;
      /** The float network on whole grid steps, as the native build is asked. */
      readonly grid?: BoundaryRecord;
      readonly native?: BoundaryRecord;
    });

/** @throws McuEvalError FILE_INVALID */
export const checkMeasureRecord: Checker<MeasureRecord> = checkerOf("docs/schemas/measure.schema.json");

/** Writes the file whole. @throws McuEvalError WRITE_FAILED */
export async function writeMeasures(folder: string, records: readonly MeasureRecord[]): Promise<void> {
  for (const record of records) checkMeasureRecord(record, `the ${record.set} of sample ${record.sample}`);
  await writeAtomic(join(folder, MEASURES_FILE), ...records.map((record) => `${JSON.stringify(record)}\n`));
}

/** @throws McuEvalError FILE_MISSING, FILE_INVALID naming the line */
export async function readMeasures(folder: string): Promise<MeasureRecord[]> {
  return readJournal(join(folder, MEASURES_FILE), (value) => checkMeasureRecord(value, "record"));
}
