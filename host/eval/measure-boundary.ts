/** The distance to the decision boundary, on float and on the native build, along what the run's attacks found. */

import {
  argmax,
  type Batch,
  countOf,
  type GradientModel,
  type Grid,
  gather,
  row,
  rowSize,
  toGrid,
  zeros,
} from "../core/index.js";
import { type MeasureRecord, readRunInputs, type SampleRecord } from "../data/index.js";
import { type Crossing, floatCrossings, gridCrossings, type IsFooled } from "../metrics/index.js";
import type { Asker } from "./asker.js";
import type { Subject } from "./judge.js";
import type { Scene } from "./measure-scene.js";
import { predictionOf } from "./output-values.js";

/**
 * The condition whose adversarial input points to the boundary best: of those that fool float the shortest
 * (l2, before rounding) of an attack that looks for the smallest perturbation, else the shortest of a budget;
 * where nothing fools, the longest.
 *
 * @param own records of one sample
 * @returns null where no attack moved the sample
 */
export function bestCondition(own: readonly SampleRecord[]): number | null {
  const moved = own.flatMap(({ condition, eps, gave_up, predictions, label, distortion }) => {
    const length = distortion?.before.l2 ?? 0;
    if (gave_up || !(length > 0)) return [];
    const isFooling = predictions.float !== label;
    return [{ condition, length, rank: isFooling ? (eps === undefined ? 0 : 1) : 2 }];
  });
  moved.sort((a, b) => a.rank - b.rank || (a.rank === 2 ? b.length - a.length : a.length - b.length));
  return moved[0]?.condition ?? null;
}

/** How each sample of a batch goes. */
export interface Ways {
  /** [N, ...inputShape] */
  readonly clean: Batch;
  /** [N, ...inputShape] adversarial minus clean. */
  readonly direction: Batch;
  readonly subjects: readonly Subject[];
}

/** One network along all ways. */
export interface Crossings {
  /** [N], null where nothing on the way fools. */
  readonly found: readonly (Crossing | null)[];
  /** [N, ...inputShape] the first fooling points; the clean input where there is none. */
  readonly points: Batch;
}

/** The float network by bisection on real values. */
export async function crossFloat({ clean, direction, subjects }: Ways, model: GradientModel): Promise<Crossings> {
  return crossingsOf(
    clean,
    (isFooled) => floatCrossings(clean, direction, model.bounds, isFooled),
    floatJudge(model, subjects),
  );
}

type Judge = (points: Batch, rows: readonly number[]) => Promise<boolean[]>;

function floatJudge(model: GradientModel, subjects: readonly Subject[]): Judge {
  return async (points, rows) => {
    const logits = await model.logits(points);
    return rows.map((i, j) => argmax(row(logits, j)) !== subjects[i]?.label);
  };
}

/** The float network by bisection on whole grid steps: what the grid alone does to the distance. */
export async function crossGrid(
  { clean, direction, subjects }: Ways,
  model: GradientModel,
  grid: Grid,
): Promise<Crossings> {
  return crossingsOf(clean, (isFooled) => gridCrossings(clean, direction, grid, isFooled), floatJudge(model, subjects));
}

/** The native build by bisection on whole grid steps. @param grids of the quantised model's input and output */
export async function crossNative(
  { clean, direction, subjects }: Ways,
  asker: Asker,
  grids: { readonly input: Grid; readonly output: Grid },
): Promise<Crossings> {
  return crossingsOf(
    clean,
    (isFooled) => gridCrossings(clean, direction, grids.input, isFooled),
    (points, rows) =>
      Promise.all(
        rows.map(async (i, j) => {
          const { sample, label } = subjects[i] as Subject;
          return predictionOf(await asker.query(sample, toGrid(row(points, j), grids.input)), grids.output) !== label;
        }),
      ),
  );
}

/** Keeps each row's last fooling point: a bisection ends at the last one it was told of. */
async function crossingsOf(
  clean: Batch,
  search: (isFooled: IsFooled) => Promise<(Crossing | null)[]>,
  isFooled: Judge,
): Promise<Crossings> {
  if (countOf(clean) === 0) return { found: [], points: clean };
  const points = { data: clean.data.slice(), shape: clean.shape };
  const found = await search(async (asked, rows) => {
    const answers = await isFooled(asked, rows);
    for (const [j, i] of rows.entries()) if (answers[j]) row(points, i).set(row(asked, j));
    return answers;
  });
  return { found, points };
}

/** Adversarial minus clean. @param adversarial one row a row of clean */
export function waysOf(clean: Batch, adversarial: readonly Float32Array[], subjects: readonly Subject[]): Ways {
  const direction = zeros(clean.shape);
  const size = rowSize(clean);
  for (const [i, values] of adversarial.entries()) {
    for (let k = 0; k < size; k++) {
      direction.data[i * size + k] = (values[k] as number) - (clean.data[i * size + k] as number);
    }
  }
  return { clean, direction, subjects };
}

/** The ways of some rows alone. */
export function someOf({ clean, direction, subjects }: Ways, rows: readonly number[]): Ways {
  return {
    clean: gather(clean, rows),
    direction: gather(direction, rows),
    subjects: rows.map((i) => subjects[i] as Subject),
  };
}

/** Both networks along the ways of the samples that have one. */
export interface Crossed {
  /** Rows of the scene that have a way, and the condition it leads to. */
  readonly rows: readonly number[];
  readonly conditions: readonly number[];
  readonly ways: Ways;
  readonly float: Crossings;
  readonly grid: Crossings;
  readonly native: Crossings;
}

/** Finds the ways, and goes them on float and on the native build. */
export async function crossAll(scene: Scene): Promise<Crossed> {
  const { folder, manifest, clean, subjects, bySample, float, native, job } = scene;
  const size = rowSize(clean);
  const best = subjects.map(({ sample }) => bestCondition(bySample.get(sample) ?? []));
  const rows = [...best.keys()].filter((i) => best[i] !== null);
  const adversarial = new Map<number, Float32Array>();
  for (const condition of new Set(best.filter((one) => one !== null))) {
    const { data } = await readRunInputs(folder, manifest, condition, "float");
    for (const i of rows) {
      if (best[i] === condition) adversarial.set(i, (data as Float32Array).slice(i * size, (i + 1) * size));
    }
  }
  const ways = waysOf(
    gather(clean, rows),
    rows.map((i) => adversarial.get(i) as Float32Array),
    rows.map((i) => subjects[i] as Subject),
  );
  return {
    rows,
    conditions: rows.map((i) => best[i] as number),
    ways,
    float: await crossFloat(ways, float),
    grid: await crossGrid(ways, float, job.model.grid),
    native: await crossNative(ways, native, job.model.view),
  };
}

/** A record a sample that has a way. */
export function boundaryRecords({ subjects }: Scene, { rows, conditions, ...crossed }: Crossed): MeasureRecord[] {
  return rows.map((i, j): MeasureRecord => {
    const distances = (["float", "grid", "native"] as const).flatMap((name) => {
      const found = crossed[name].found[j]?.distortion;
      return found ? [[name, { l2: found.l2, linf: found.linf }] as const] : [];
    });
    return {
      sample: (subjects[i] as Subject).sample,
      set: "boundary",
      condition: conditions[j] as number,
      ...Object.fromEntries(distances),
    };
  });
}
