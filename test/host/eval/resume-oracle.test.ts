import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineAttack } from "../../../host/attacks/index.js";
import { countOf, McuEvalError, row } from "../../../host/core/index.js";
import {
  type AttackSettings,
  conditionsOf,
  createRun,
  oracleSpent,
  type RunManifest,
  resumeRun,
} from "../../../host/data/index.js";
import type { Asker } from "../../../host/eval/asker.js";
import { boxOpener } from "../../../host/eval/boxes.js";
import { evaluate } from "../../../host/eval/evaluate.js";
import { generatorOf } from "../../../host/eval/generator.js";
import { createOracleClock } from "../../../host/eval/oracle-clock.js";
import { makePlan, unitSizes } from "../../../host/eval/plan.js";
import { COUNT, EPS, fakeAsker, fakeModel, fakeParts, GRID, OUTPUT_GRID, SAMPLES, START } from "./fakes.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-resume-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Walks at random and keeps what lowers the label's score, 12 queries a sample, or fewer where they run out. */
const walk = defineAttack({
  id: "walk",
  title: "",
  source: "",
  family: "budget",
  norms: ["linf"],
  needs: "scores",
  params: {},
  async run({ model, x, labels, samples, eps = [], rng }) {
    const best = eps.map(() => ({ data: x.data.slice(), shape: x.shape }));
    const lowest = samples.map(() => Number.POSITIVE_INFINITY);
    const streams = samples.map((sample) => rng(sample));
    for (let round = 0; round < 12; round++) {
      const rows = [...samples.keys()].filter((i) => model.remaining(samples[i] as number) > 0);
      if (rows.length === 0) break;
      const budget = eps[round % eps.length] as number;
      const tried = { data: x.data.slice(), shape: x.shape };
      for (let i = 0; i < countOf(x); i++) {
        const stream = streams[i] as (typeof streams)[number];
        for (const [k, value] of row(x, i).entries()) row(tried, i)[k] = value + stream.uniform(-budget, budget);
      }
      const asked = { data: Float32Array.from(rows.flatMap((i) => [...row(tried, i)])), shape: [rows.length, 4] };
      const scores = await model.query(
        asked,
        rows.map((i) => samples[i] as number),
      );
      for (const [j, i] of rows.entries()) {
        const score = row(scores, j)[labels[i] as number] as number;
        if (score >= (lowest[i] as number)) continue;
        lowest[i] = score;
        row(best[round % eps.length] as (typeof best)[number], i).set(row(tried, i));
      }
    }
    return best;
  },
});

const SETTINGS: AttackSettings = {
  id: "walk",
  goal: "untargeted",
  norm: "linf",
  params: {},
  eps: EPS,
  oracle: "device",
  scores: "output",
};

interface Options {
  readonly resume?: boolean;
  readonly settings?: AttackSettings;
  readonly limit?: number;
}

async function run(folder: string, device: Asker, { resume = false, settings = SETTINGS, limit }: Options = {}) {
  const start = { ...START, settings: { ...START.settings, attacks: [settings] } };
  const groups = makePlan(conditionsOf(start.settings, "int8"), COUNT, START.settings.batch);
  const path = join(root, folder);
  const opened = resume ? await resumeRun(path, start, unitSizes(groups)) : await createRun(path, start);
  const clock = createOracleClock({ limit, used: oracleSpent(opened.manifest.sessions) });
  const parts = { ...fakeParts(device), spent: clock.spent };
  let timeIsUp = 0;
  const open = boxOpener({
    attack: walk,
    settings,
    networks: { float: fakeModel(), engines: { device }, view: { input: GRID, output: OUTPUT_GRID } },
    clock,
    groupsLeft: () => 1,
    openAnswers: ({ batch }) => opened.openAnswers(0, batch.begin),
    timeIsUp: () => timeIsUp++,
  });
  const generators = [generatorOf({ attack: walk, params: {}, settings, step: 0, open, samples: SAMPLES, seed: 3 })];
  try {
    const records = await evaluate(opened, groups, { ...parts, generators }, new AbortController().signal);
    await opened.close({ outcome: "complete", oracle: clock.spent() });
    return { records, clock, timeIsUp };
  } catch (error) {
    await opened.close({ outcome: "failed", oracle: clock.spent() });
    throw error;
  }
}

const samplesOf = (folder: string) => readFile(join(root, folder, "samples.jsonl"), "utf8");
const isThere = (folder: string, name: string) => readdir(join(root, folder)).then((names) => names.includes(name));

/** A device that is lost after so many answers, and how often it was asked. */
function counted(most = Number.POSITIVE_INFINITY) {
  const count = { answers: 0 };
  const before = () => {
    if (count.answers >= most) throw new McuEvalError("DEVICE_LOST", "gone");
    count.answers++;
  };
  return { device: fakeAsker({ processes: 2, jitter: true, before }), count };
}

describe("an oracle board that is lost in mid-attack", () => {
  // Clean inputs ask 7; then each batch of 3 asks 36 queries and is judged on 6 inputs.
  it.each([8, 20, 42, 50, 61, 90])(
    "after %d answers: resumes to the same bytes, and asks nothing twice",
    async (most) => {
      const whole = counted();
      await run("whole", whole.device);
      expect(whole.count.answers).toBe(7 + COUNT * 12 + COUNT * 2);
      const cut = counted(most);
      await expect(run("cut", cut.device)).rejects.toMatchObject({ code: "DEVICE_LOST" });
      expect(await isThere("cut", "answers")).toBe(true);
      const rest = counted();
      await run("cut", rest.device, { resume: true });
      expect(await samplesOf("cut")).toBe(await samplesOf("whole"));
      expect(await isThere("cut", "answers")).toBe(false);
      // Inputs of units that were not kept are judged again; no query is asked again.
      const judgedAgain = cut.count.answers + rest.count.answers - whole.count.answers;
      expect(judgedAgain).toBeGreaterThanOrEqual(0);
      expect(judgedAgain).toBeLessThan(3 + 6 + 2);
      const { clock } = await run("other", counted().device);
      expect(clock.spent().queries).toBe(COUNT * 12);
    },
  );

  it("asks queries of the cut session exactly as often as are missing", async () => {
    const cut = counted(7 + 20);
    await expect(run("cut", cut.device)).rejects.toMatchObject({ code: "DEVICE_LOST" });
    const { clock, records } = await run("cut", counted().device, { resume: true });
    // Two processes: what both have answered is kept.
    expect(COUNT * 12 - clock.spent().queries).toBe(20);
    const attacked = records.filter(({ condition }) => condition > 0);
    expect(attacked.every(({ queries }) => queries === 6)).toBe(true);
  });

  it("asks a whole batch again where its answers were removed", async () => {
    await expect(run("cut", counted(27).device)).rejects.toMatchObject({ code: "DEVICE_LOST" });
    await rm(join(root, "cut", "answers"), { recursive: true });
    const { clock } = await run("cut", counted().device, { resume: true });
    expect(clock.spent().queries).toBe(COUNT * 12);
  });
});

describe("limits", () => {
  it("of queries: each sample asks so many and no more, and what they found is judged", async () => {
    const { records } = await run("a", counted().device, { settings: { ...SETTINGS, budget: 5 } });
    const attacked = records.filter(({ condition }) => condition > 0);
    for (const { sample } of attacked) {
      const own = attacked.filter((one) => one.sample === sample);
      expect(own.map(({ queries }) => queries).sort()).toEqual([2, 3]);
    }
  });

  it("of time: answers that are kept need none, and are not lost", async () => {
    await expect(run("cut", counted(7 + 20).device)).rejects.toMatchObject({ code: "DEVICE_LOST" });
    const { records, clock } = await run("cut", counted().device, { resume: true, limit: 0 });
    const asked = records.reduce((sum, { queries = 0 }) => sum + queries, 0);
    expect(asked).toBe(20 + clock.spent().queries);
    expect(asked).toBeLessThan(COUNT * 12);
  });

  it("of time: attacks stop, and it is told", async () => {
    const { records, timeIsUp, clock } = await run("a", counted().device, { limit: 1e-6 });
    expect(timeIsUp).toBe(3);
    expect(clock.spent().queries).toBeLessThan(COUNT * 12);
    expect(records.filter(({ condition }) => condition > 0)).toHaveLength(2 * COUNT);
  });
});

describe("a session that was killed", () => {
  const manifestOf = async (folder: string): Promise<RunManifest> =>
    JSON.parse(await readFile(join(root, folder, "run.json"), "utf8"));

  /** Runs to the end, and leaves in another folder what a kill before answer number `at` would have left. */
  async function runAndKill(folder: string, killed: string, at: number, resume = false) {
    let count = 0;
    const before = async () => {
      await setTimeout(2);
      if (count++ !== at) return;
      await cp(join(root, folder), join(root, killed), { recursive: true });
      await rm(join(root, killed, "run.lock"));
    };
    await run(folder, fakeAsker({ processes: 1, before }), { resume });
  }

  // Clean inputs ask 7, a batch of 3 asks 36 and is judged on 6: in the first batch, and deep in the second.
  it.each([7 + 20, 7 + 36 + 6 + 20])("before answer %d: counts what its oracles took", async (at) => {
    await runAndKill("whole", "cut", at);
    const killed = (await manifestOf("cut")).sessions;
    expect(killed).toHaveLength(1);
    expect(killed[0]?.ended).toBeUndefined();
    // Killed twice, then to the end.
    await runAndKill("cut", "again", 8, true);
    const { clock } = await run("again", counted().device, { resume: true });
    const { sessions } = await manifestOf("again");
    expect(sessions).toHaveLength(3);
    expect(sessions.map(({ oracle }) => (oracle?.queries ?? 0) > 0)).toEqual([true, true, true]);
    expect(sessions.every(({ oracle }) => (oracle?.seconds ?? 0) > 0)).toBe(true);
    expect(oracleSpent(sessions).queries).toBe(COUNT * 12);
    expect(clock.total().queries).toBe(COUNT * 12);
    expect(await samplesOf("again")).toBe(await samplesOf("whole"));
  });
});
