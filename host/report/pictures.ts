/** A strip of adversarial examples: clean, adversarial, and their difference, with every engine's prediction. */

import { type ENGINES, fromGrid, type Grid, type QuantArray } from "../core/index.js";
import { type RunManifest, readRunInputs, type SampleRecord } from "../data/index.js";
import type { ConditionSummary } from "../metrics/index.js";
import { encodePng } from "./png.js";

/** Whom an example fools, of float and the judged engine. */
export type Outcome = "both" | "float" | "judged" | "neither";

export interface Example {
  readonly sample: number;
  readonly label: number;
  readonly outcome: Outcome;
  readonly clean: SampleRecord;
  readonly adversarial: SampleRecord;
  /** `data:` addresses. */
  readonly pictures: { readonly clean: string; readonly adversarial: string; readonly difference: string };
}

export interface Strip {
  readonly condition: ConditionSummary;
  /** Whose outcome counts besides float's. */
  readonly engine: "device" | "native";
  /** How often the difference is amplified around mid-grey. */
  readonly gain: number;
  readonly width: number;
  readonly height: number;
  readonly examples: readonly Example[];
}

const OUTCOMES: readonly Outcome[] = ["both", "float", "judged", "neither"];
const EXAMPLES_AN_OUTCOME = 2;
/** Beyond this a page of examples would be too heavy for a phone. */
const MOST_PIXELS = 256 * 256;

/** Whether a model's inputs can be shown as pictures. */
function pictureShape(manifest: RunManifest): { height: number; width: number; channels: 1 | 3 } | null {
  const [height = 0, width = 0, channels] = manifest.model.input.shape;
  if (manifest.model.input.shape.length !== 3 || (channels !== 1 && channels !== 3)) return null;
  return height * width > MOST_PIXELS ? null : { height, width, channels };
}

/**
 * The examples of one condition: the first ones of each outcome in plan order, so that nothing is picked by
 * its looks. Inputs are shown after rounding, as the engines received them.
 *
 * @param engine whose outcome counts besides float's
 * @returns null where inputs are not pictures, or no sample is clean-correct on both
 */
export async function makeStrip(
  folder: string,
  manifest: RunManifest,
  records: readonly SampleRecord[],
  condition: ConditionSummary,
  engine: "device" | "native",
): Promise<Strip | null> {
  const shape = pictureShape(manifest);
  if (!shape) return null;
  const chosen = chooseExamples(records, condition.condition, engine);
  if (chosen.length === 0) return null;
  const { scale, zero_point: zeroPoint, type, bounds } = manifest.model.input;
  const grid: Grid = { type, scale, zeroPoint };
  const size = shape.height * shape.width * shape.channels;
  const rowsOf = async (index: number): Promise<(sample: number) => Float32Array> => {
    const { data } = await readRunInputs(folder, manifest, index, "grid");
    return (sample) => {
      const first = (sample - manifest.settings.offset) * size;
      return fromGrid((data as QuantArray).subarray(first, first + size), grid);
    };
  };
  const cleanRow = await rowsOf(chosen[0]?.clean.condition ?? 0);
  const adversarialRow = await rowsOf(condition.condition);
  const pairs = chosen.map((one) => ({
    ...one,
    x: cleanRow(one.adversarial.sample),
    y: adversarialRow(one.adversarial.sample),
  }));
  const range = bounds[1] - bounds[0];
  const gain = gainFor(Math.max(...pairs.map(({ x, y }) => largestChange(x, y))) / range);
  const toByte = (value: number): number => Math.min(255, Math.max(0, Math.round(value * 255)));
  const draw = (values: Float32Array, share: (value: number, i: number) => number): Promise<string> =>
    encodePng(
      Uint8Array.from(values, (value, i) => toByte(share(value, i))),
      shape,
    );
  const examples: Example[] = [];
  for (const { outcome, clean, adversarial, x, y } of pairs) {
    examples.push({
      sample: adversarial.sample,
      label: adversarial.label,
      outcome,
      clean,
      adversarial,
      pictures: {
        clean: await draw(x, (value) => (value - bounds[0]) / range),
        adversarial: await draw(y, (value) => (value - bounds[0]) / range),
        difference: await draw(y, (value, i) => 0.5 + ((value - (x[i] as number)) / range) * gain),
      },
    });
  }
  return { condition, engine, gain, width: shape.width, height: shape.height, examples };
}

interface Choice {
  readonly outcome: Outcome;
  readonly clean: SampleRecord;
  readonly adversarial: SampleRecord;
}

function chooseExamples(records: readonly SampleRecord[], condition: number, engine: "device" | "native"): Choice[] {
  const cleanBySample = new Map<number, SampleRecord>();
  for (const record of records) if (record.attack === "none") cleanBySample.set(record.sample, record);
  const candidates = records.flatMap((adversarial): Choice[] => {
    const clean = cleanBySample.get(adversarial.sample);
    if (adversarial.condition !== condition || adversarial.gave_up || !clean) return [];
    const isRight = clean.predictions.float === clean.label && clean.predictions[engine] === clean.label;
    if (!isRight || adversarial.target === adversarial.label) return [];
    return [{ outcome: outcomeOf(adversarial, engine), clean, adversarial }];
  });
  return OUTCOMES.flatMap((outcome) =>
    candidates.filter((choice) => choice.outcome === outcome).slice(0, EXAMPLES_AN_OUTCOME),
  );
}

function outcomeOf({ label, target, predictions }: SampleRecord, engine: "device" | "native"): Outcome {
  const isFooled = (name: (typeof ENGINES)[number]): boolean =>
    target === undefined ? predictions[name] !== label : predictions[name] === target;
  if (isFooled("float")) return isFooled(engine) ? "both" : "float";
  return isFooled(engine) ? "judged" : "neither";
}

function largestChange(x: Float32Array, y: Float32Array): number {
  return x.reduce((largest, value, i) => Math.max(largest, Math.abs((y[i] as number) - value)), 0);
}

/** The largest of 1, 2, 5, 10, 20, 50, 100 that keeps every difference on the scale from black to white. */
function gainFor(largestShare: number): number {
  return [100, 50, 20, 10, 5, 2].find((gain) => gain * largestShare <= 0.5) ?? 1;
}
