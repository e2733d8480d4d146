/** How far quantisation moves the logits of the same inputs. */

import { type Batch, type Grid, type QuantArray, row, rowSize, zeros } from "../core/index.js";
import { type MeasureRecord, readRunInputs } from "../data/index.js";
import { quantizationShift } from "../metrics/index.js";
import type { Asker } from "./asker.js";
import type { Scene } from "./measure-scene.js";
import { scoresOf } from "./output-values.js";

/** Where the native build's logits are: a tensor that it reports beside its outputs, or the output itself. */
export interface LogitsTensor {
  readonly index: number | undefined;
  readonly grid: Grid;
}

export interface ShiftRow {
  readonly sample: number;
  /** On the model's input grid. */
  readonly input: QuantArray;
  /** The float network's logits of that input. */
  readonly float: readonly number[];
}

/** @returns [N] Euclidean lengths, in units of the logits */
export async function measureShift(
  asker: Asker,
  { index, grid }: LogitsTensor,
  rows: readonly ShiftRow[],
): Promise<Float64Array> {
  const answers = await Promise.all(rows.map(({ sample, input }) => asker.query(sample, input, index)));
  const quantized = answers.map((bytes) => scoresOf(bytes, grid, true));
  return quantizationShift(batchOf(rows.map(({ float }) => float)), batchOf(quantized)).norms;
}

function batchOf(rows: readonly ArrayLike<number>[]): Batch {
  const batch = zeros([rows.length, rows[0]?.length ?? 0]);
  for (const [i, values] of rows.entries()) row(batch, i).set(values);
  return batch;
}

/** Condition by condition; where the attack gave up, the clean input stood in and is not counted again. */
export async function shiftRecords(scene: Scene): Promise<MeasureRecord[]> {
  const { folder, manifest, subjects, native, logits, clean, proceed } = scene;
  if (logits === null) return [];
  const size = rowSize(clean);
  const out: MeasureRecord[] = [];
  for (const { index } of manifest.conditions) {
    const { data } = await readRunInputs(folder, manifest, index, "grid");
    const rows = subjects.flatMap(({ sample }, i) => {
      const record = scene.bySample.get(sample)?.find(({ condition }) => condition === index);
      const float = record?.logits?.grid;
      if (float === undefined || record?.gave_up) return [];
      return [{ sample, input: (data as QuantArray).subarray(i * size, (i + 1) * size), float }];
    });
    const norms = await measureShift(native, logits, rows);
    for (const [j, { sample }] of rows.entries()) {
      out.push({ sample, set: "shift", condition: index, l2: norms[j] as number });
    }
    if (index % 10 === 9) proceed(`the shift of the logits, ${index + 1} of ${manifest.conditions.length} conditions`);
  }
  return out;
}
