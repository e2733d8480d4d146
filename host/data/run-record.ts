/** `samples.jsonl`: one line per sample, attack, goal, norm and eps. Names are as in the file. */

import type { EngineName, Norm } from "../core/index.js";
import { type Checker, checkerOf } from "./schema.js";

/** A budget as entered, in units of the input, and in whole steps of the input grid (0: below one step). */
export interface EpsRecord {
  readonly entered: string;
  readonly value: number;
  /** Absent where the model has no integer input grid. */
  readonly steps?: number;
}

/** By role of the file: predicted class, and output bytes in lower-case hex. */
export type OtherRecords = Readonly<Record<string, { readonly prediction: number; readonly output: string }>>;

export interface SampleRecord {
  /** Number of the sample in its data split. */
  readonly sample: number;
  /** Index into the manifest's `conditions`. */
  readonly condition: number;
  /** "none" for the clean input. */
  readonly attack: string;
  readonly goal?: "untargeted" | "targeted";
  readonly norm?: Norm;
  /** Absent for clean inputs and for attacks that look for the smallest perturbation. */
  readonly eps?: EpsRecord;
  readonly label: number;
  /** The class a targeted attack wanted. */
  readonly target?: number;
  /** The attack found nothing; the clean input stands for its result. */
  readonly gave_up?: true;
  /** Predicted class by engine; engines that were not asked are absent. */
  readonly predictions: Partial<Readonly<Record<EngineName, number>>>;
  /** Before the softmax. */
  readonly logits?: { readonly float?: readonly number[]; readonly grid?: readonly number[] };
  /** Output bytes as the engine sent them, in lower-case hex. */
  readonly outputs?: { readonly native?: string; readonly device?: string };
  /** CRC-32 of the input bytes the engines received. */
  readonly input_crc?: number;
  /** CRC-32 of the output bytes. */
  readonly output_crc?: { readonly native?: number; readonly device?: number };
  /** Against the clean sample, in units of the input: as the attack returned it, and after rounding to the grid. */
  readonly distortion?: {
    readonly before: Readonly<Record<Norm, number>>;
    readonly after: Readonly<Record<Norm, number>>;
  };
  /** Rounding to the grid pushed the norm above eps. */
  readonly above_eps?: boolean;
  /** This line's share of the samples that its attack passed through networks it has the gradients of, rounded up. */
  readonly passes?: { readonly forward: number; readonly backward: number };
  /** What the attack asked an oracle about the sample at this budget; the lines of a sample add up to all it asked. */
  readonly queries?: number;
  /** The part of an ensemble that made this line's input. */
  readonly found_by?: string;
  /** Further quantised files of the model, by role: each run by the native build on its own input grid. */
  readonly others?: OtherRecords;
  /** What kind of thing `device` was. */
  readonly measured_on?: "native" | "emulator" | "device";
  /** What counted: e.g. "icount" or "dwt". */
  readonly clock_source?: string;
  /** Whether anything else ran on the board meanwhile. */
  readonly mode?: "exclusive" | "overlapped";
  readonly instructions?: number;
  readonly cycles?: number;
  readonly irq_cycles?: number;
  readonly latency_us?: number;
}

/** @throws McuEvalError FILE_INVALID */
export const checkSampleRecord: Checker<SampleRecord> = checkerOf("docs/schemas/sample.schema.json");
