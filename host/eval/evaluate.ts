/**
 * The pipeline of a run: while the devices answer one unit, the float model makes the next ones.
 *
 *     attack ─► check, round, float model ─► devices (queue) ─► judge ─► run folder
 *     └────── one unit after the other ────┘  └── many ──┘    └─ in plan order ─┘
 */

import { type Batch, countOf, type GradientModel, type Grid, McuEvalError, row, toGrid } from "../core/index.js";
import type { OracleSpent, Run, SampleRecord } from "../data/index.js";
import { agrees } from "../metrics/index.js";
import type { Answer, Asker } from "./asker.js";
import { type Answers, type Bench, judge, type Subject } from "./judge.js";
import type { Group, Unit } from "./plan.js";
import { completeProposal, inputOf, type Made, type Proposal } from "./proposal.js";

/** The samples of a run, by rows that count within it. */
export interface Samples {
  readonly count: number;
  clean(begin: number, end: number): Batch;
  /** @param step index of the attack's settings; null for the clean inputs */
  subject(row: number, step: number | null): Subject;
}

/** What an attack made of a group: one batch a unit, and what it cost. */
export interface MadeByAttack {
  readonly batches: readonly Batch[];
  /** Of one row of one unit. */
  readonly passes?: Made["passes"];
  /** By unit and row. */
  readonly queries?: readonly (readonly number[])[];
  /** By unit and row. */
  readonly foundBy?: readonly (readonly (string | undefined)[])[];
}

/** One attack with its settings applied. */
export type Generator = (group: Group, clean: Batch, signal: AbortSignal) => Promise<MadeByAttack>;

export interface Parts {
  readonly model: GradientModel;
  /** The device's input grid. */
  readonly grid: Grid;
  /** Attacks have to stay on it. */
  readonly isGridSearch: boolean;
  readonly samples: Samples;
  /** By index of the attack's settings. */
  readonly generators: readonly Generator[];
  readonly engines: { readonly device: Asker; readonly native?: Asker };
  /** The native build on further files of the model, each with its own input grid, by role. */
  readonly others?: Readonly<Record<string, { readonly asker: Asker; readonly grid: Grid }>>;
  readonly bench: Bench;
  /** What oracles were asked in this session so far. */
  readonly spent: () => OracleSpent;
}

export interface Watcher {
  /** One more row was answered by the device. */
  answered?(): void;
  /** A unit's records are on the disk. */
  kept?(unit: Unit): void;
  /** Native and device disagree on a row. */
  mismatch?(record: SampleRecord): void;
}

/** Units that may wait for the devices, at least one group of a usual run: keeps memory bounded. */
const AHEAD = 8;

/**
 * Does the units of the plan that the run folder does not have yet.
 *
 * @returns all records of the run, in plan order
 * @throws McuEvalError INTERRUPTED when `signal` fires, or whatever a part throws; units that are in
 *   the run folder stay
 */
export async function evaluate(
  run: Run,
  groups: readonly Group[],
  parts: Parts,
  signal: AbortSignal,
  watcher: Watcher = {},
): Promise<SampleRecord[]> {
  const records = [...run.recordsDone];
  const failure = new AbortController();
  const fail = (error: unknown): void => {
    if (failure.signal.aborted) return;
    failure.abort(error);
    parts.engines.device.stop(error);
    parts.engines.native?.stop(error);
    for (const { asker } of Object.values(parts.others ?? {})) asker.stop(error);
  };
  const interrupt = (): void => fail(new McuEvalError("INTERRUPTED", "the run was interrupted"));
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt, { once: true });

  const lastUnits = new Map(groups.map((group) => [group.units.at(-1)?.index, group]));
  const keep = async (proposal: Proposal, answers: Promise<Answers[]>): Promise<void> => {
    const judged = judgeAll(proposal, await answers, parts);
    for (const record of judged) if (agrees(record) === false) watcher.mismatch?.(record);
    const { unit, proposed, inputs } = proposal;
    await run.writeInputs(unit.condition.index, unit.batch.begin, proposed.data, inputs);
    await run.appendUnit(judged);
    records.push(...judged);
    const done = lastUnits.get(unit.index);
    if (done && done.step !== null) await run.removeAnswers(done.step, done.batch.begin, parts.spent());
    watcher.kept?.(unit);
  };

  const waiting: Promise<void>[] = [];
  let tail = Promise.resolve();
  try {
    for await (const proposal of propose(groups, run.unitsDone, parts, failure.signal)) {
      const answers = askAll(proposal, parts, watcher);
      // Both are awaited later, when a rejection may be long past.
      answers.catch(fail);
      const before = tail;
      tail = before.then(() => keep(proposal, answers));
      tail.catch(fail);
      waiting.push(tail);
      if (waiting.length > AHEAD) await waiting.shift();
    }
    await tail;
  } catch (error) {
    fail(error);
    // Units that were answered before are still kept.
    await tail.catch(() => undefined);
    // The first failure is the cause; what follows from it says less.
    throw failure.signal.reason;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
  return records;
}

/** The units that are left, in plan order. */
async function* propose(
  groups: readonly Group[],
  unitsDone: number,
  { model, grid, isGridSearch, samples, generators }: Parts,
  signal: AbortSignal,
): AsyncGenerator<Proposal> {
  for (const group of groups) {
    const left = group.units.filter(({ index }) => index >= unitsDone);
    if (left.length === 0) continue;
    signal.throwIfAborted();
    const clean = samples.clean(group.batch.begin, group.batch.end);
    const generate = group.step === null ? null : (generators[group.step] as Generator);
    // All budgets are made again, also those that are kept: a random start may be shared between them.
    const all: MadeByAttack = generate ? await generate(group, clean, signal) : { batches: [clean] };
    for (const [i, unit] of group.units.entries()) {
      if (!left.includes(unit)) continue;
      const made = madeOf(all, i, clean);
      yield await completeProposal(unit, made, model, grid, isGridSearch);
      signal.throwIfAborted();
    }
  }
}

/** The share of unit `i`. */
function madeOf({ batches, passes, queries, foundBy }: MadeByAttack, i: number, clean: Batch): Made {
  const parts = foundBy?.[i];
  const asked = queries?.[i];
  return {
    clean,
    proposed: batches[i] as Batch,
    ...(passes && { passes }),
    ...(asked && { queries: asked }),
    ...(parts && { foundBy: parts }),
  };
}

function askAll(proposal: Proposal, { engines, others = {}, samples }: Parts, watcher: Watcher): Promise<Answers[]> {
  const { unit, clean, asked: values } = proposal;
  const rows = Array.from({ length: countOf(clean) }, async (_, i): Promise<Answers> => {
    const { sample } = samples.subject(unit.batch.begin + i, null);
    const input = inputOf(proposal, i);
    const ask = (engine: Asker): Promise<Answer> => engine.ask(sample, input);
    const asked = engines.native && ask(engines.native);
    const askedOthers = Object.entries(others).map(async ([role, { asker, grid }]): Promise<[string, Answer]> => {
      return [role, await asker.ask(sample, toGrid(row(values, i), grid))];
    });
    const [device, native, ...rest] = await Promise.all([
      ask(engines.device).then((answer) => {
        watcher.answered?.();
        return answer;
      }),
      asked,
      ...askedOthers,
    ]);
    return { device, ...(native && { native }), ...(rest.length > 0 && { others: Object.fromEntries(rest) }) };
  });
  return Promise.all(rows);
}

function judgeAll(proposal: Proposal, answers: readonly Answers[], { samples, bench }: Parts): SampleRecord[] {
  const { batch, condition } = proposal.unit;
  return answers.map((answer, i) => {
    const subject = samples.subject(batch.begin + i, condition.step ?? null);
    return judge(proposal, i, subject, answer, bench);
  });
}
