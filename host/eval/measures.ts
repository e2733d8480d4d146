/**
 * The measures of a finished run: gradients, their estimates, the shift of the logits, distances to the
 * decision boundary. Definitions, sources and caveats: docs/guide/measures.md.
 */

import { type GradientModel, isMcuEvalError, rowSize } from "../core/index.js";
import type { MeasureRecord, MeasuresRecord } from "../data/index.js";
import { boundaryRecords, crossAll } from "./measure-boundary.js";
import { estimateRecords, GEODA, ZOO } from "./measure-estimates.js";
import { gradientRecords, TAU } from "./measure-gradients.js";
import { type Measuring, sceneOf } from "./measure-scene.js";
import { shiftRecords } from "./measure-shift.js";
import { summarizeMeasures } from "./measures-summary.js";
import type { Job } from "./run-parts.js";
import { twinModel } from "./twin.js";

export interface Measured {
  readonly records: readonly MeasureRecord[];
  readonly measures: MeasuresRecord;
}

/**
 * All measures of a run. They depend on its settings, records and inputs alone, so that a resumed run has the
 * same ones.
 *
 * @throws McuEvalError INTERRUPTED, and those of the native build
 */
export async function measureRun(measuring: Measuring): Promise<Measured> {
  const scene = sceneOf(measuring);
  const { job, proceed } = scene;
  const count = scene.subjects.length;
  const notes: string[] = [];
  proceed(`gradients of ${count} samples`);
  const twin = twinOf(job, notes);
  const gradients = await gradientRecords(scene, twin);
  proceed("the shift of the logits");
  if (scene.logits === null) {
    notes.push(
      "the native build does not report the tensor before the softmax: no shift of the logits, no estimates from them",
    );
  }
  const shifts = await shiftRecords(scene);
  proceed("distances to the decision boundary");
  const crossed = await crossAll(scene);
  if (crossed.rows.length === 0) notes.push("no attack moved a sample: there is no way to a decision boundary");
  proceed("estimated gradients");
  const estimates = await estimateRecords(scene, crossed);
  const records = [...gradients, ...estimates, ...shifts, ...boundaryRecords(scene, crossed)];
  const settings = {
    samples: count,
    estimate_samples: estimates.length,
    tau: TAU,
    zoo_elements: Math.min(ZOO.elements, rowSize(scene.clean)),
    zoo_difference: ZOO.difference,
    geoda_probes: GEODA.probes,
    geoda_sigma: GEODA.sigma,
    geoda_sub_dim: GEODA.subDim,
  };
  const summary = summarizeMeasures(records);
  return { records, measures: { settings, summary, ...(notes.length > 0 && { notes }) } };
}

function twinOf({ twin, model }: Job, notes: string[]): GradientModel | undefined {
  try {
    return twin ?? twinModel(model);
  } catch (error) {
    if (!isMcuEvalError(error, "MODEL_UNSUPPORTED")) throw error;
    notes.push(`there is no twin of this model: ${error.message}`);
    return undefined;
  }
}
