/**
 * A run folder written by the data room, of which every count is known.
 *
 * Sample i has label i mod 10; a fooled engine predicts the class after it.
 * Clean: float and grid are right for i < 18; native and device for i < 17 and for i = 18.
 * pgd 0.4/255: fools float for i < 4 and nobody else; 2/255: float for i < 15, grid for i < 14, the device for i < 12.
 */

import { type EngineName, fromGrid, openStream, toGrid } from "../../../host/core/index.js";
import { crc32Of, createRun, type RunStart, type SampleRecord } from "../../../host/data/index.js";

export const N = 20;
const SHAPE = [8, 8, 3] as const;
const SIZE = 8 * 8 * 3;
const GRID = { type: "int8", scale: Math.fround(1 / 255), zeroPoint: -128 } as const;

const EPS = [
  { entered: "0.4/255", value: 0.4 / 255, steps: 0 },
  { entered: "2/255", value: 2 / 255, steps: 2 },
] as const;

export const CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** How many of the first samples each condition fools, by engine. */
const FOOLED: readonly Readonly<Record<EngineName, number>>[] = [
  { float: 0, grid: 0, native: 0, device: 0 },
  { float: 4, grid: 0, native: 0, device: 0 },
  { float: 15, grid: 14, native: 12, device: 12 },
];

export const START: RunStart = {
  id: "synthetic",
  settings: {
    board: "qemu-m7",
    model: "tiny",
    data: "synthetic:test",
    offset: 100,
    n: N,
    seed: 7,
    batch: 10,
    grid: false,
    attacks: [{ id: "pgd", goal: "untargeted", norm: "linf", params: { steps: 20, randomStart: true }, eps: EPS }],
  },
  environment: {
    tool: { name: "mcu-eval", version: "0.1.0" },
    node: "20.19.0",
    engine: { name: "tfjs-node", version: "4.22.0", threads: 1 },
    git: { commit: "0123456789abcdef0123456789abcdef01234567", dirty: true },
    cpu: { arch: "x64", instruction_set: ["avx2", "fma"] },
  },
  model: {
    id: "tiny",
    files: { int8: { path: "int8.tflite", sha256: "ab".repeat(32) } },
    input: { shape: SHAPE, bounds: [0, 1], type: "int8", scale: GRID.scale, zero_point: GRID.zeroPoint },
    classes: 10,
  },
  dataset: {
    id: "synthetic",
    split: "test",
    offset: 100,
    n: N,
    shape: SHAPE,
    class_names: CLASS_NAMES,
    sha256: "cd".repeat(32),
  },
  boards: {
    device: {
      id: "qemu-m7",
      kind: "emulator",
      processes: 2,
      hello: { protocol: 1, core: "cortex-m7", clock_source: "icount" },
    },
    native: { id: "native", kind: "native", hello: { protocol: 1, core: "x86-64" } },
  },
};

function pixels(i: number): Float32Array {
  const rng = openStream(1, "picture", i);
  return fromGrid(
    toGrid(
      Float32Array.from({ length: SIZE }, () => rng.uniform(0.2, 0.8)),
      GRID,
    ),
    GRID,
  );
}

function attackedPixels(i: number, eps: number): Float32Array {
  const rng = openStream(1, "perturbation", i);
  return pixels(i).map((value) => value + (rng.uniform() < 0.5 ? -eps : eps));
}

function isCleanRight(engine: EngineName, i: number): boolean {
  return engine === "float" || engine === "grid" ? i < 18 : i < 17 || i === 18;
}

export interface FixtureOptions {
  readonly start?: RunStart;
  /** Samples whose device output differs from native's at 2/255. */
  readonly mismatches?: number;
  /** Records to write at most; fewer than all leave the run incomplete. */
  readonly conditions?: number;
  readonly requirements?: { text: string; value?: number; met: boolean }[];
}

function recordOf(i: number, condition: number, mismatches: number): SampleRecord {
  const label = i % 10;
  const predict = (engine: EngineName): number => {
    const isFooled = !isCleanRight(engine, i) || i < (FOOLED[condition]?.[engine] ?? 0);
    return isFooled ? (label + 1) % 10 : label;
  };
  const eps = condition === 0 ? undefined : EPS[condition - 1];
  const norm = (linf: number) => ({ l0: SIZE, l1: SIZE * linf, l2: Math.sqrt(SIZE) * linf, linf });
  const native = i.toString(16).padStart(20, "0");
  return {
    sample: START.settings.offset + i,
    condition,
    attack: condition === 0 ? "none" : "pgd",
    ...(eps && {
      goal: "untargeted" as const,
      norm: "linf" as const,
      eps,
      distortion: { before: norm(eps.value), after: norm(eps.steps / 255) },
      above_eps: condition === 2 && i < 3,
    }),
    label,
    predictions: {
      float: predict("float"),
      grid: predict("grid"),
      native: predict("native"),
      device: predict("device"),
    },
    outputs: { native, device: condition === 2 && i < mismatches ? `ff${native.slice(2)}` : native },
    input_crc: crc32Of(Uint8Array.of(i, condition)),
    measured_on: "emulator",
    clock_source: "icount",
    mode: "exclusive",
    instructions: 1_000_000 + i * 10 + condition,
  };
}

/** Writes the folder. @returns its path */
export async function writeFixture(folder: string, options: FixtureOptions = {}): Promise<string> {
  const { start = START, mismatches = 0, conditions = FOOLED.length, requirements } = options;
  const run = await createRun(folder, start);
  for (let condition = 0; condition < conditions; condition++) {
    for (let i = 0; i < N; i++) {
      const values = condition === 0 ? pixels(i) : attackedPixels(i, EPS[condition - 1]?.value ?? 0);
      await run.writeInputs(condition, i, values, toGrid(values, GRID));
    }
    await run.appendUnit(Array.from({ length: N }, (_, i) => recordOf(i, condition, mismatches)));
  }
  const links = [
    {
      board: "qemu-m7",
      process: 0,
      host: { frames_sent: 40, bad_crc: 0 },
      device: { frames_received: 40, bad_crc: 0 },
    },
    {
      board: "qemu-m7",
      process: 1,
      host: { frames_sent: 21, bad_crc: 2 },
      device: { frames_received: 21, bad_crc: 0 },
    },
  ];
  await run.close({
    outcome: conditions === FOOLED.length ? "complete" : "interrupted",
    links,
    ...(requirements && { requirements }),
  });
  return folder;
}
