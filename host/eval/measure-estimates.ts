/** How much vanishes of what black boxes estimate: ZOO's derivatives and GeoDA's normals. */

import { boundaryNormals, finiteDifferences, scoreReader } from "../attacks/index.js";
import { type Batch, gather, type Oracle, openStream, rowSize, snapToGrid } from "../core/index.js";
import type { MeasuredOracle, MeasureRecord, ZeroDensity } from "../data/index.js";
import type { Subject } from "./judge.js";
import { type Crossed, someOf } from "./measure-boundary.js";
import { densities } from "./measure-gradients.js";
import { oracleOf, oraclesOf, type Scene } from "./measure-scene.js";
import { CLEAN } from "./results.js";

/** The first samples that float and native have right, at most: each costs over a thousand queries. */
export const ESTIMATED = 8;

/** ZOO's own numbers of elements a step and distance of a query. */
export const ZOO = { elements: 128, difference: 1e-4 } as const;

/** Probes of one normal, and GeoDA's own size of them. */
export const GEODA = { probes: 128, sigma: 2e-4, subDim: 75 } as const;

export interface EstimateRequest {
  readonly oracle: Oracle;
  /** [N, ...inputShape] */
  readonly points: Batch;
  readonly subjects: readonly Subject[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Derivatives of the margin along elements that the seed draws, the same ones whatever the oracle.
 *
 * @param request an oracle of scores, and clean inputs
 * @returns [N]
 */
export async function estimateDerivatives(request: EstimateRequest): Promise<ZeroDensity[]> {
  const { oracle, subjects, seed, signal } = request;
  const size = rowSize(request.points);
  const elements = subjects.map(({ sample }) => {
    const all = Int32Array.from({ length: size }, (_, k) => k);
    return openStream(seed, "measures", "zoo", sample).shuffle(all).subarray(0, ZOO.elements);
  });
  const reader = scoreReader(oracle, labelsOf(subjects), { kind: "untargeted" });
  const data = oracle.grid ? snapToGrid(request.points.data, oracle.grid) : request.points.data;
  const points = { data, shape: request.points.shape };
  const probe = { points, samples: samplesOf(subjects), elements, distance: ZOO.difference };
  const slopes = await finiteDifferences(oracle, probe, (scores, i) => -reader.lead(scores, i), signal);
  const width = Math.min(ZOO.elements, size);
  const flat = Float32Array.from(slopes.flatMap((row) => [...row]));
  return densities({ data: flat, shape: [subjects.length, width] });
}

/**
 * Normals of the decision boundary.
 *
 * @param request an oracle of labels, and points at its boundary
 * @returns [N]
 */
export async function estimateNormals(request: EstimateRequest): Promise<ZeroDensity[]> {
  const { oracle, points, subjects, seed, signal } = request;
  const normals = await boundaryNormals({
    ...GEODA,
    model: oracle,
    points,
    labels: labelsOf(subjects),
    samples: samplesOf(subjects),
    goal: { kind: "untargeted" },
    rng: (sample) => openStream(seed, "measures", "geoda", sample),
    signal,
  });
  return densities(normals);
}

function labelsOf(subjects: readonly Subject[]): Int32Array {
  return Int32Array.from(subjects, ({ label }) => label);
}

function samplesOf(subjects: readonly Subject[]): number[] {
  return subjects.map(({ sample }) => sample);
}

/** Of the first samples that both have right; normals where both boundaries were found. */
export async function estimateRecords(scene: Scene, crossed: Crossed): Promise<MeasureRecord[]> {
  const { clean, subjects, bySample, job, signal, proceed } = scene;
  const isRight = ({ sample, label }: Subject): boolean => {
    const record = bySample.get(sample)?.find(({ condition }) => condition === CLEAN);
    const { float, native, device } = record?.predictions ?? {};
    return float === label && (native ?? device) === label;
  };
  const rows = [...subjects.keys()].filter((i) => isRight(subjects[i] as Subject)).slice(0, ESTIMATED);
  if (rows.length === 0) return [];
  const shared = { seed: job.settings.seed, signal };
  const own = rows.map((i) => subjects[i] as Subject);
  const ends = rows
    .map((i) => crossed.rows.indexOf(i))
    .filter((j) => j >= 0 && crossed.float.found[j] && crossed.native.found[j]);
  const endSubjects = someOf(crossed.ways, ends).subjects;
  const zoo = new Map<number, Partial<Record<MeasuredOracle, ZeroDensity>>>(own.map(({ sample }) => [sample, {}]));
  const geoda = new Map<number, Partial<Record<MeasuredOracle, ZeroDensity>>>(own.map(({ sample }) => [sample, {}]));
  for (const name of oraclesOf(scene)) {
    proceed(`ZOO's derivatives of ${rows.length} samples, asking ${name}`);
    const request = { ...shared, oracle: oracleOf(scene, name, "scores"), points: gather(clean, rows), subjects: own };
    await fill(zoo, name, request, estimateDerivatives);
  }
  for (const name of ["float", "native"] as const) {
    if (ends.length === 0) break;
    proceed(`GeoDA's normals of ${ends.length} samples, asking ${name}`);
    const points = gather(crossed[name].points, ends);
    await fill(
      geoda,
      name,
      { ...shared, oracle: oracleOf(scene, name, "labels"), points, subjects: endSubjects },
      estimateNormals,
    );
  }
  return own.map(
    ({ sample }): MeasureRecord => ({
      sample,
      set: "estimates",
      zoo: zoo.get(sample) ?? {},
      geoda: geoda.get(sample) ?? {},
    }),
  );
}

async function fill(
  into: ReadonlyMap<number, Partial<Record<MeasuredOracle, ZeroDensity>>>,
  name: MeasuredOracle,
  request: EstimateRequest,
  estimate: (request: EstimateRequest) => Promise<ZeroDensity[]>,
): Promise<void> {
  const found = await estimate(request);
  for (const [j, { sample }] of request.subjects.entries()) {
    const own = into.get(sample);
    if (own) own[name] = found[j] as ZeroDensity;
  }
}
