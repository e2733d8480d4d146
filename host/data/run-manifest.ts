/** `run.json`: what a run did, with what, and what came of it. Names are as in the file. */

import type { EngineName, Norm } from "../core/index.js";
import type { EpsRecord } from "./run-record.js";
import { type Checker, checkerOf } from "./schema.js";

export const RUN_SCHEMA = 1;

export interface AttackSettings {
  readonly id: string;
  readonly goal: "untargeted" | "targeted";
  /** How a targeted attack's classes were chosen: "random", "next", "likely", or a class number as text. */
  readonly target?: string;
  readonly norm: Norm;
  /** Every parameter, defaults filled in. */
  readonly params: Readonly<Record<string, number | boolean | string>>;
  /** Empty for attacks that look for the smallest perturbation. */
  readonly eps: readonly EpsRecord[];
  /** The network whose gradients a white-box attack followed. */
  readonly source?: "float" | "twin";
  /** It followed the twin's gradients as well. */
  readonly twin?: true;
  /** What a black-box attack asked. */
  readonly oracle?: OracleName;
  /** The scores that a quantised oracle gave: those of its output, or of the tensor before the softmax. */
  readonly scores?: "output" | "logits";
  /** Queries that a sample may cost, at all its budgets together; absent where there is no limit. */
  readonly budget?: number;
  /** What had to be fooled by the grid finish of a minimal-norm attack; absent where that is what the attack ran on. */
  readonly finish_on?: OracleName | "twin";
}

export type OracleName = "float" | "native" | "device";

/** All that the results depend on and the user chose: a run resumes under the same settings only. */
export interface RunSettings {
  readonly board: string;
  readonly transport?: string;
  readonly model: string;
  /** Float network that stands in for the model's own. */
  readonly float?: string;
  /** As entered, e.g. "cifar10:test". */
  readonly data: string;
  /** First sample of the split. */
  readonly offset: number;
  /** Number of samples. */
  readonly n: number;
  readonly seed: number;
  /** Samples generated together; float convolutions are not batch-invariant. */
  readonly batch: number;
  /** Whether attacks searched on the model's integer input grid. */
  readonly grid: boolean;
  /** Minutes for all oracles together: what such a run asks depends on how fast it was. */
  readonly max_minutes?: number;
  readonly attacks: readonly AttackSettings[];
  /** Settings of later versions. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Environment {
  readonly tool: { readonly name: string; readonly version: string };
  readonly node: string;
  readonly engine: { readonly name: string; readonly version: string; readonly threads: number };
  readonly git?: { readonly commit: string; readonly dirty: boolean };
  readonly cpu: { readonly arch: string; readonly model?: string; readonly instruction_set: readonly string[] };
  readonly os?: string;
}

export interface ModelRecord {
  readonly id: string;
  /** By role, e.g. int8 or float. */
  readonly files: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>;
  readonly input: {
    readonly shape: readonly number[];
    readonly bounds: readonly [number, number];
    readonly type: "int8" | "uint8" | "int16";
    readonly scale: number;
    readonly zero_point: number;
  };
  readonly output?: GridRecord;
  readonly classes: number;
  /** Further quantised files of the model that the native build ran, by role. */
  readonly others?: Readonly<Record<string, { readonly input: GridRecord; readonly output: GridRecord }>>;
}

/** How integers stand for real values. */
export interface GridRecord {
  readonly type: string;
  readonly scale: number;
  readonly zero_point: number;
}

export interface DatasetRecord {
  readonly id: string;
  readonly split: string;
  readonly offset: number;
  readonly n: number;
  readonly shape: readonly number[];
  readonly class_names: readonly string[];
  /** Of exactly these rows and their labels. */
  readonly sha256: string;
}

/** One board as it described itself; fields that change from boot to boot belong into the session. */
export interface BoardRecord {
  readonly id: string;
  readonly kind: "native" | "emulator" | "device";
  readonly transport?: string;
  /** Boards working side by side. */
  readonly processes?: number;
  /** HelloReply as told, names in snake_case. */
  readonly hello: {
    readonly protocol?: number;
    readonly firmware?: string;
    readonly runtime?: string;
    readonly core?: string;
    readonly clock_hz?: number;
    readonly clock_source?: string;
    readonly arena_used?: number;
    readonly [field: string]: unknown;
  };
}

/** The clean inputs, or one attack at one eps: one row of the tables, and two files of inputs. */
export interface ConditionRecord {
  readonly index: number;
  readonly attack: string;
  /** Index into `settings.attacks`; absent for the clean inputs. */
  readonly step?: number;
  readonly goal?: "untargeted" | "targeted";
  /** As in the settings. */
  readonly target?: string;
  readonly norm?: Norm;
  readonly eps?: EpsRecord;
  /** `.npy` files, relative to the run folder: before rounding (float32), and the grid's integers. */
  readonly inputs: { readonly float: string; readonly grid: string };
}

/** A figure computed from `samples.jsonl`. */
export type ResultRecord =
  | {
      /** e.g. accuracy, robust_accuracy, attack_success, transfer_rate, evasion_rate, mismatches. */
      readonly measure: string;
      readonly engine: EngineName;
      readonly condition: number;
      /** Role of the quantised file that the native build ran, where it is not the run's own. */
      readonly file?: string;
      /** Last part of an ensemble that counts: robust_accuracy_after. */
      readonly part?: string;
      readonly numerator: number;
      readonly denominator: number;
      /** Absent, with the interval, where nothing was counted. */
      readonly value?: number;
      readonly low?: number;
      readonly high?: number;
    }
  | {
      readonly measure: "mcnemar";
      readonly engines: readonly [EngineName, EngineName];
      readonly condition: number;
      readonly b: number;
      readonly c: number;
      readonly p: number;
    };

/** What `--measures` added; docs/guide/measures.md has the definitions. */
export interface MeasuresRecord {
  /** Numbers of samples, thresholds and sizes of the estimates. */
  readonly settings: Readonly<Record<string, number>>;
  readonly summary: readonly MeasureSummaryRecord[];
  /** What could not be measured, and why. */
  readonly notes?: readonly string[];
}

/** A figure computed from `measures.jsonl`. */
export interface MeasureSummaryRecord {
  readonly measure:
    | "gradient_zeros"
    | "gradient_near_zeros"
    | "gradient_cosine"
    | "zoo_zeros"
    | "zoo_near_zeros"
    | "geoda_zeros"
    | "geoda_near_zeros"
    | "quantization_shift"
    | "boundary_l2"
    | "boundary_linf"
    | "boundary_difference";
  /** float, grid, twin, native, native_output, or two of them joined by a comma. */
  readonly of: string;
  readonly condition?: number;
  /** Samples behind the figures. */
  readonly n: number;
  readonly mean?: number;
  readonly median?: number;
  /** Further samples on whose way nothing fools; the median counts them as infinitely far. */
  readonly missing?: number;
  /** Samples whose value is above 0, and below. */
  readonly above?: number;
  readonly below?: number;
}

/** What oracles were asked, and how long that took. */
export interface OracleSpent {
  readonly queries: number;
  readonly seconds: number;
}

/** One process that worked on the run. */
export interface SessionRecord {
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Absent while it runs, and where it was killed. */
  readonly ended?: string;
  readonly outcome?: "complete" | "interrupted" | "failed";
  /** Code and message of the error that ended it. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Records that were there when it began; 0 for the first session. */
  readonly resumed_at: number;
  /** Records it added. */
  readonly records?: number;
  readonly wall_seconds?: number;
  /** Present where it differs from the run's. */
  readonly environment?: Environment;
  /** Counters of both ends of each link, by board and process. */
  readonly links?: readonly {
    readonly board: string;
    readonly process: number;
    readonly host: Readonly<Record<string, number>>;
    readonly device?: Readonly<Record<string, number>>;
    /** Boot nonces, resets and the like. */
    readonly boot?: Readonly<Record<string, unknown>>;
  }[];
  /**
   * What oracles were asked; answers kept from an earlier session are not counted again. Of a session that
   * was killed: up to the last answer or group that was kept.
   */
  readonly oracle?: OracleSpent;
  readonly notes?: readonly string[];
}

export interface RunManifest {
  readonly schema: typeof RUN_SCHEMA;
  readonly id: string;
  /** Every record of the plan is there. */
  readonly complete: boolean;
  readonly settings: RunSettings;
  /** Of the settings as JSON with sorted keys. */
  readonly settings_sha256: string;
  /** Of the first session. */
  readonly environment: Environment;
  readonly model: ModelRecord;
  readonly dataset: DatasetRecord;
  /** By engine. */
  readonly boards: Readonly<Partial<Record<"native" | "device", BoardRecord>>>;
  readonly conditions: readonly ConditionRecord[];
  readonly results?: readonly ResultRecord[];
  /** Signs that the figures overstate robustness, once the run is complete; docs/guide/flags.md has a section for each id. */
  readonly flags?: readonly { readonly id: string; readonly text: string }[];
  readonly measures?: MeasuresRecord;
  /** Requirements that were checked. */
  readonly requirements?: readonly { readonly text: string; readonly value?: number; readonly met: boolean }[];
  readonly sessions: readonly SessionRecord[];
}

/** @throws McuEvalError FILE_INVALID */
export const checkRunManifest: Checker<RunManifest> = checkerOf("docs/schemas/run.schema.json");
