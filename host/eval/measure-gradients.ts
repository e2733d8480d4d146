/** The gradient of the cross-entropy at clean inputs: how much of it vanishes, and whether float and twin agree. */

import { crossEntropyGradient } from "../attacks/index.js";
import { type Batch, countOf, type GradientModel, slice, zeros } from "../core/index.js";
import type { MeasureRecord, ZeroDensity } from "../data/index.js";
import { gradientCosine, zeroDensity } from "../metrics/index.js";
import type { Scene } from "./measure-scene.js";

/** Samples that pass through a network together. */
const ROWS_A_PASS = 100;

/** What the measures call zero beside 0 itself, in units of the gradient. */
export const TAU = 1e-6;

export interface GradientMeasures {
  /** [N] */
  readonly float: readonly ZeroDensity[];
  readonly twin?: readonly ZeroDensity[];
  /** [N], null where either gradient is zero. */
  readonly cosine?: readonly (number | null)[];
}

/** @param x clean samples @param labels [N] */
export async function measureGradients(
  float: GradientModel,
  twin: GradientModel | undefined,
  x: Batch,
  labels: Int32Array,
): Promise<GradientMeasures> {
  const first = await gradientsOf(float, x, labels);
  if (twin === undefined) return { float: densities(first) };
  const second = await gradientsOf(twin, x, labels);
  return { float: densities(first), twin: densities(second), cosine: gradientCosine(first, second) };
}

async function gradientsOf(model: GradientModel, x: Batch, labels: Int32Array): Promise<Batch> {
  const out = zeros(x.shape);
  for (let begin = 0; begin < countOf(x); begin += ROWS_A_PASS) {
    const end = Math.min(countOf(x), begin + ROWS_A_PASS);
    const pass = await model.open(slice(x, begin, end));
    const gradient = await pass
      .backward(crossEntropyGradient(pass.logits, labels.subarray(begin, end)))
      .finally(() => pass.close());
    slice(out, begin, end).data.set(gradient.data);
  }
  return out;
}

/** The shares of each row's entries that are zero, and near zero. @param gradients [N, ...] */
export function densities(gradients: Batch): ZeroDensity[] {
  const near = zeroDensity(gradients, TAU);
  return Array.from(zeroDensity(gradients, 0), (zeros, i) => ({ zeros, near_zeros: near[i] as number }));
}

/** A record a sample. @param twin where the model has one */
export async function gradientRecords(
  { float, clean, subjects }: Scene,
  twin?: GradientModel,
): Promise<MeasureRecord[]> {
  const labels = Int32Array.from(subjects, ({ label }) => label);
  const measured = await measureGradients(float, twin, clean, labels);
  return subjects.map(({ sample }, i): MeasureRecord => {
    const cosine = measured.cosine?.[i] ?? null;
    const own = measured.twin?.[i];
    return {
      sample,
      set: "gradients",
      float: measured.float[i] as ZeroDensity,
      ...(own && { twin: own }),
      ...(cosine !== null && { cosine }),
    };
  });
}
