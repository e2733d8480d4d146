/** The forecast of a run: the attacks that ask oracles, and a measured time of what they ask. */

import { type QuantArray, row, toGrid } from "../core/index.js";
import type { OracleName, Run } from "../data/index.js";
import { engineOf } from "./boxes.js";
import { type Ahead, forecastLines, oraclesOf } from "./forecast.js";
import type { Group } from "./plan.js";
import { groupsThatAsk, type Job, networksOf } from "./run-parts.js";

/** Queries timed for each that an engine works on at a time, after one that warms it up. */
const TIMED = 4;

/** Times a few queries, and forecasts what is left to be asked of oracles; no lines where nothing is. */
export async function forecastRun(job: Job, run: Run, groups: readonly Group[]): Promise<string[]> {
  const { attacks, settings, model } = job;
  const left = groupsThatAsk(groups, attacks, run.unitsDone);
  const ahead = attacks.flatMap((chosen, step): Ahead[] => {
    const images = left.reduce(
      (sum, group) => sum + (group.step === step ? group.batch.end - group.batch.begin : 0),
      0,
    );
    return images > 0 ? [{ chosen, images }] : [];
  });
  const perQuery: Partial<Record<OracleName, number>> = {};
  // One after the other: side by side they would slow each other down.
  for (const name of oraclesOf(ahead)) {
    perQuery[name] = name === "float" ? await timeFloat(job) : await timeEngine(job, name);
  }
  return forecastLines(ahead, model.float, perQuery, settings.max_minutes);
}

/** Seconds a query, in batches of the run's size. */
async function timeFloat(job: Job): Promise<number> {
  const { float } = networksOf(job);
  const count = Math.min(job.settings.n, job.settings.batch);
  const x = job.samples.clean(0, count);
  // The first pass loads the network.
  await float.logits(x);
  const began = performance.now();
  await float.logits(x);
  return (performance.now() - began) / 1000 / count;
}

/** Seconds a query with all processes at work. */
async function timeEngine(job: Job, oracle: "native" | "device"): Promise<number> {
  const { engines, view } = networksOf(job);
  const asker = engineOf(engines, oracle);
  const clean = job.samples.clean(0, 1);
  const { sample } = job.samples.subject(0, null);
  const input: QuantArray = toGrid(row(clean, 0), view.input);
  const ask = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => asker.query(sample, input)));
  await ask(asker.width);
  const began = performance.now();
  await ask(TIMED * asker.width);
  return (performance.now() - began) / 1000 / (TIMED * asker.width);
}
