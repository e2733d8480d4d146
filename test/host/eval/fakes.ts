/** A linear model, its "devices", and a run folder, small enough to see through. */

import { setTimeout } from "node:timers/promises";
import {
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  type QuantArray,
  row,
  zeros,
} from "../../../host/core/index.js";
import { crc32Of, type RunStart } from "../../../host/data/index.js";
import type { Answer, Asker } from "../../../host/eval/asker.js";
import type { Parts, Samples } from "../../../host/eval/evaluate.js";
import { createPool } from "../../../host/eval/pool.js";

export const GRID: Grid = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 };
/** Of the fake devices' scores. */
export const OUTPUT_GRID: Grid = { type: "int8", scale: 1 / 256, zeroPoint: -128 };
export const EPS = [
  { entered: "0.4/255", value: 0.4 / 255, steps: 0 },
  { entered: "2/255", value: 2 / 255, steps: 2 },
];
export const COUNT = 7;
/** Values of one sample. */
const SIZE = 4;

/** Two classes; class 1 wins where the values' sum is above SIZE / 2. */
export function fakeModel(): GradientModel {
  const passes = { forward: 0, backward: 0 };
  const logits = (x: Batch): Batch => {
    passes.forward += countOf(x);
    const out = zeros([countOf(x), 2]);
    for (let i = 0; i < countOf(x); i++) out.data.set(scoresOf(row(x, i)), i * 2);
    return out;
  };
  return {
    kind: "gradient",
    id: "linear",
    inputShape: [SIZE],
    classes: 2,
    bounds: [0, 1],
    passes,
    logits: async (x) => logits(x),
    async open(x) {
      return {
        logits: logits(x),
        async backward(dLogits) {
          passes.backward += countOf(x);
          const out = zeros(x.shape);
          for (let i = 0; i < countOf(x); i++) {
            const [d0 = 0, d1 = 0] = row(dLogits, i);
            row(out, i).fill(d1 - d0);
          }
          return out;
        },
        close: () => undefined,
      };
    },
  };
}

function scoresOf(values: ArrayLike<number>): [number, number] {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] as number;
  return [SIZE / 2 - sum, sum - SIZE / 2];
}

export interface FakeDeviceOptions {
  /** Replies come in another order than the questions. */
  readonly jitter?: boolean;
  readonly processes?: number;
  /** Called before each answer. */
  readonly before?: (sample: number, count: number) => Promise<void> | void;
  /** Added to the first output byte. */
  readonly twist?: (sample: number) => number;
  /** Counted for sample 0; default 1000. */
  readonly instructions?: number;
}

/** An int8 version of the model: sums the grid's integers. */
export function fakeAsker(options: FakeDeviceOptions = {}): Asker {
  let count = 0;
  const runner = {
    async run({ sample, input }: { sample: number; input: QuantArray }): Promise<Answer> {
      if (options.jitter) await setTimeout((sample * 7) % 5);
      await options.before?.(sample, count++);
      let sum = 0;
      for (const value of input) sum += value + 128;
      const second = Math.max(-128, Math.min(127, Math.round((sum - (SIZE / 2) * 255) / 4)));
      const output = Uint8Array.from([(Math.max(-128, -second) + (options.twist?.(sample) ?? 0)) & 255, second & 255]);
      return {
        output,
        outputCrc: crc32Of(output),
        inputCrc: crc32Of(new Uint8Array(input.buffer, input.byteOffset, input.byteLength)),
        mode: "exclusive",
        instructions: (options.instructions ?? 1000) + sample,
      };
    },
  };
  const pool = createPool(Array.from({ length: options.processes ?? 2 }, () => runner));
  return {
    measuredOn: "emulator",
    clockSource: "qemu-icount",
    width: options.processes ?? 2,
    reportsTensors: false,
    ask: (sample, input) => pool.run({ sample, input }),
    query: async (sample, input) => (await pool.run({ sample, input })).output,
    stop: pool.stop,
  };
}

/** Sums just below and above the border, labels by the sign. */
export const SAMPLES: Samples = {
  count: COUNT,
  clean(begin, end) {
    const batch = zeros([end - begin, SIZE]);
    for (let i = begin; i < end; i++) row(batch, i - begin).fill(Math.fround((126 + (i % 4)) / 255));
    return batch;
  },
  subject: (at) => ({ sample: 100 + at, label: at % 4 < 2 ? 0 : 1 }),
};

/** Walks the whole budget towards the other class. */
export const towardsTheBorder: Parts["generators"][number] = async (group, clean) => ({
  batches: group.units.map(({ condition }) => {
    const eps = condition.eps?.value ?? 0;
    const out = zeros(clean.shape);
    for (let i = 0; i < countOf(clean); i++) {
      const sign = SAMPLES.subject(group.batch.begin + i, null).label === 0 ? 1 : -1;
      row(out, i).set(row(clean, i).map((value) => value + sign * eps));
    }
    return out;
  }),
  passes: { forward: 1, backward: 1 },
});

export function fakeParts(device: Asker, native?: Asker): Parts {
  return {
    model: fakeModel(),
    grid: GRID,
    isGridSearch: false,
    samples: SAMPLES,
    generators: [towardsTheBorder],
    engines: { device, ...(native && { native }) },
    spent: () => ({ queries: 0, seconds: 0 }),
    bench: { output: OUTPUT_GRID, bounds: [0, 1], device },
  };
}

/** Of a run over the fakes. */
export const START: RunStart = {
  id: "fake",
  settings: {
    board: "fake",
    model: "linear",
    data: "fake:test",
    offset: 100,
    n: COUNT,
    seed: 1,
    batch: 3,
    grid: false,
    attacks: [{ id: "towards", goal: "untargeted", norm: "linf", params: {}, eps: EPS }],
  },
  environment: {
    tool: { name: "mcu-eval", version: "0.0.0" },
    node: "20.0.0",
    engine: { name: "tensorflow", version: "0", threads: 1 },
    cpu: { arch: "x64", instruction_set: [] },
  },
  model: {
    id: "linear",
    files: { int8: { path: "int8.tflite", sha256: "0".repeat(64) } },
    input: { shape: [SIZE], bounds: [0, 1], type: "int8", scale: GRID.scale, zero_point: -128 },
    output: { type: "int8", scale: 1, zero_point: 0 },
    classes: 2,
  },
  dataset: {
    id: "fake",
    split: "test",
    offset: 100,
    n: COUNT,
    shape: [SIZE],
    class_names: ["low", "high"],
    sha256: "0".repeat(64),
  },
  boards: { device: { id: "fake", kind: "emulator", hello: {} } },
};
