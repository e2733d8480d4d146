/** A small run: 5 samples of 2 values, clean and PGD at two budgets, in batches of 2. */

import type { Run, RunStart, SampleRecord } from "../../../host/data/index.js";

export const START: RunStart = {
  id: "test-run",
  settings: {
    board: "qemu-m7",
    model: "tiny",
    data: "cifar10:test",
    offset: 0,
    n: 5,
    seed: 1,
    batch: 2,
    grid: false,
    attacks: [
      {
        id: "pgd",
        goal: "untargeted",
        norm: "linf",
        params: { steps: 20, random_start: true },
        eps: [
          { entered: "0.4/255", value: 0.4 / 255, steps: 0 },
          { entered: "1/255", value: 1 / 255, steps: 1 },
        ],
      },
    ],
  },
  environment: {
    tool: { name: "mcu-eval", version: "0.1.0" },
    node: "20.19.0",
    engine: { name: "tfjs-node", version: "4.22.0", threads: 1 },
    git: { commit: "0".repeat(40), dirty: false },
    cpu: { arch: "x64", instruction_set: ["avx2"] },
  },
  model: {
    id: "tiny",
    files: { int8: { path: "models/tiny/int8.tflite", sha256: "0".repeat(64) } },
    input: { shape: [2], bounds: [0, 1], type: "int8", scale: 1 / 255, zero_point: -128 },
    classes: 3,
  },
  dataset: { id: "cifar10", split: "test", offset: 0, n: 5, shape: [2], class_names: [], sha256: "0".repeat(64) },
  boards: { device: { id: "qemu-m7", kind: "emulator", hello: { firmware: "abc", kernels: { conv2d: "reference" } } } },
};

interface Unit {
  readonly conditions: readonly number[];
  readonly first: number;
  readonly rows: number;
}

/** In plan order: clean batches, then PGD's, each under both budgets. */
export const UNITS: readonly Unit[] = [[0], [1, 2]].flatMap((conditions) =>
  [0, 2, 4].map((first) => ({ conditions, first, rows: Math.min(2, 5 - first) })),
);

export const UNIT_SIZES = UNITS.map(({ conditions, rows }) => conditions.length * rows);

/** The records of a unit; every value follows from condition and sample. */
export function recordsOf({ conditions, first, rows }: Unit): SampleRecord[] {
  return conditions.flatMap((condition) =>
    Array.from({ length: rows }, (_, i): SampleRecord => {
      const sample = first + i;
      const shared = {
        sample,
        condition,
        label: sample % 3,
        predictions: { float: 1, device: (sample + condition) % 3 },
      };
      if (condition === 0) return { ...shared, attack: "none" };
      const eps = START.settings.attacks[0]?.eps[condition - 1];
      return {
        ...shared,
        attack: "pgd",
        goal: "untargeted",
        norm: "linf",
        ...(eps && { eps }),
        outputs: { device: "80ff00" },
        output_crc: { device: 0xffffffff },
        distortion: { before: { l0: 2, l1: 0.1, l2: 0.1, linf: 0.1 }, after: { l0: 0, l1: 0, l2: 0, linf: 0 } },
        above_eps: false,
        instructions: 123,
        clock_source: "icount",
        mode: "exclusive",
        measured_on: "emulator",
      };
    }),
  );
}

/** Writes units `from` to `to` (exclusive) as the runner does. */
export async function workOn(run: Run, from: number, to: number): Promise<void> {
  for (const unit of UNITS.slice(from, to)) {
    for (const condition of unit.conditions) {
      const values = Array.from({ length: unit.rows * 2 }, (_, i) => (unit.first * 2 + i + condition) / 7);
      await run.writeInputs(
        condition,
        unit.first,
        Float32Array.from(values),
        Int8Array.from(values, (v) => v * 10),
      );
    }
    await run.appendUnit(recordsOf(unit));
  }
}
