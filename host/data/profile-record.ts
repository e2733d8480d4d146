/** The result of `mcu-eval profile`. Names are as in the file; docs/schemas/profile.schema.json. */

import { type Checker, checkerOf } from "./schema.js";

export interface ProfileRecord {
  readonly schema: 1;
  readonly tool: { readonly version: string };
  readonly board: {
    readonly id: string;
    readonly kind: "native" | "emulator" | "device";
    readonly core: string;
    /** 0 where no claim is made. */
    readonly clock_hz: number;
    readonly clock_source: string;
    readonly firmware: string;
    readonly runtime: string;
  };
  readonly model: {
    readonly id: string;
    /** Role of the file in the model's folder; "tflite" for one on its own. */
    readonly file: string;
    readonly sha256: string;
    readonly bytes: number;
  };
  /** What ran: a sample of a data set, or seeded random bytes. */
  readonly input:
    | { readonly source: "random"; readonly seed: number }
    | { readonly source: string; readonly sample: number };
  readonly runs: number;
  readonly memory: {
    readonly arena_used: number;
    /** The part of arena_used that kernels need only while they run. */
    readonly scratch: number;
    readonly arena: number;
    readonly placement: string;
  };
  readonly macs: number;
  /** Absent on boards that count nothing. */
  readonly counts?: ProfileCountsRecord;
  /** In execution order. */
  readonly nodes: readonly ProfileNode[];
}

/** `kernels` is the sum over nodes; `kernels` and `runtime` are `total`. */
export interface ProfileCountsRecord {
  readonly unit: "instructions" | "cycles";
  readonly total: number;
  readonly kernels: number;
  readonly runtime: number;
  /** Whether the counter's steps cancel out over the runs. */
  readonly exact: boolean;
  /** Means over this many consecutive runs are exact. */
  readonly step: number;
  /** What counting cost a node, taken off already. */
  readonly hook: number;
}

export interface ProfileNode {
  readonly node: number;
  /** As in TFLite's schema: CONV_2D. */
  readonly operator: string;
  /** Of its first output. */
  readonly shape: readonly number[];
  readonly type: string;
  readonly macs: number;
  /** Whose kernel ran: reference, portable, dsp, mve, avx2, vnni. */
  readonly kernels: string;
  /** In the unit of `counts`. */
  readonly count?: number;
  /** Absent without MACs. */
  readonly count_per_mac?: number;
}

/** @throws McuEvalError FILE_INVALID */
export const checkProfileRecord: Checker<ProfileRecord> = checkerOf("docs/schemas/profile.schema.json");
