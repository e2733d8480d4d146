/** The one place that decides: predictions, distortions, agreement, for every sample of a unit. */

import { argmax, type Batch, type Grid, row } from "../core/index.js";
import type { ConditionRecord, OtherRecords, SampleRecord } from "../data/index.js";
import { distortionOf } from "../metrics/index.js";
import type { Answer, Asker } from "./asker.js";
import { roundingAllowance } from "./check-proposal.js";
import { predictionOf } from "./output-values.js";
import type { Proposal } from "./proposal.js";

/** What the engines said of one row; native is absent where the device is the native build itself. */
export interface Answers {
  readonly device: Answer;
  readonly native?: Answer;
  /** The native build on further files of the model, by role. */
  readonly others?: Readonly<Record<string, Answer>>;
}

/** What all records of a run share. */
export interface Bench {
  /** Of the model's first output. */
  readonly output: Grid;
  /** Of those of its further files, by role. */
  readonly otherOutputs?: Readonly<Record<string, Grid>>;
  readonly bounds: readonly [number, number];
  readonly device: Pick<Asker, "measuredOn" | "clockSource">;
}

export interface Subject {
  /** Number in the data split. */
  readonly sample: number;
  readonly label: number;
  /** The class a targeted attack wanted. */
  readonly target?: number | undefined;
}

/** The record of row `i` of a proposal. */
export function judge(proposal: Proposal, i: number, subject: Subject, answers: Answers, bench: Bench): SampleRecord {
  const { unit, logits, passes, queries, foundBy } = proposal;
  const { condition } = unit;
  const { device, native } = answers;
  const floatLogits = row(logits.float, i);
  const gridLogits = row(logits.grid, i);
  const predict = ({ output }: Answer): number => predictionOf(output, bench.output);
  return {
    sample: subject.sample,
    condition: condition.index,
    attack: condition.attack,
    ...nameOf(condition),
    label: subject.label,
    ...(subject.target === undefined ? {} : { target: subject.target }),
    ...(proposal.gaveUp[i] ? { gave_up: true as const } : {}),
    predictions: {
      float: argmax(floatLogits),
      grid: argmax(gridLogits),
      ...(native && { native: predict(native) }),
      device: predict(device),
    },
    logits: { float: float32Numbers(floatLogits), grid: float32Numbers(gridLogits) },
    outputs: { ...(native && { native: hexOf(native.output) }), device: hexOf(device.output) },
    input_crc: device.inputCrc,
    output_crc: { ...(native && { native: native.outputCrc }), device: device.outputCrc },
    ...(condition.norm === undefined ? {} : distortions(proposal, i, bench.bounds)),
    ...(passes && { passes }),
    ...(queries && { queries: queries[i] as number }),
    ...(foundBy?.[i] === undefined ? {} : { found_by: foundBy[i] }),
    ...(answers.others && { others: judgeOthers(answers.others, bench) }),
    measured_on: bench.device.measuredOn,
    ...(bench.device.clockSource === undefined ? {} : { clock_source: bench.device.clockSource }),
    mode: device.mode,
    ...(device.instructions === undefined ? {} : { instructions: device.instructions }),
    ...(device.cycles === undefined ? {} : { cycles: device.cycles }),
    ...(device.irqCycles === undefined ? {} : { irq_cycles: device.irqCycles }),
  };
}

function judgeOthers(answers: Readonly<Record<string, Answer>>, { otherOutputs = {} }: Bench): OtherRecords {
  return Object.fromEntries(
    Object.entries(answers).map(([role, { output }]) => [
      role,
      { prediction: predictionOf(output, otherOutputs[role] as Grid), output: hexOf(output) },
    ]),
  );
}

function nameOf({ goal, norm, eps }: ConditionRecord): Pick<SampleRecord, "goal" | "norm" | "eps"> {
  return { ...(goal && { goal }), ...(norm && { norm }), ...(eps && { eps }) };
}

function distortions(
  { unit, clean, proposed, rounded, reference, gaveUp }: Proposal,
  i: number,
  bounds: readonly [number, number],
): Pick<SampleRecord, "distortion" | "above_eps"> {
  const { norm, eps } = unit.condition;
  const from = row(clean, i);
  const before = distortionOf(from, gaveUp[i] ? from : row(proposed, i));
  const after = distortionOf(row(reference, i), row(rounded, i));
  if (norm === undefined || eps === undefined) return { distortion: { before, after } };
  const limit = eps.value + roundingAllowance(norm, eps.value, from.length, bounds);
  return { distortion: { before, after }, above_eps: after[norm] > limit };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Decimal digits that name every float32 uniquely. */
const FLOAT32_DIGITS = 9;

function float32Numbers(values: Batch["data"]): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(FLOAT32_DIGITS)));
}
