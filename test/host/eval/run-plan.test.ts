import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { McuEvalError } from "../../../host/core/index.js";
import type { RunManifest, SampleRecord } from "../../../host/data/index.js";
import { type RunOptions, type RunRequest, runPlan } from "../../../host/eval/index.js";
import { fakeBoards, tinyData, tinyModel } from "./fake-board.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-plan-"));
});
afterEach(() => rm(root, { recursive: true }));

const REQUEST: RunRequest = {
  board: "qemu-m7",
  model: "tiny",
  data: "tiny:test",
  offset: 0,
  n: 8,
  attacks: [{ id: "fgsm", params: {} }],
  eps: ["0.4/255", "3/255"],
  norm: "linf",
  goal: { kind: "untargeted" },
  seed: 1,
  batch: 4,
  grid: false,
};
const RECORDS = 24;

interface Said {
  readonly notes: string[];
  readonly warnings: string[];
  readonly progress: [number, number][];
}

function run(folder: string, changes: Partial<Omit<RunOptions, "request">> & { request?: Partial<RunRequest> } = {}) {
  const said: Said = { notes: [], warnings: [], progress: [] };
  const { request, ...rest } = changes;
  const done = runPlan({
    request: { ...REQUEST, ...request },
    sources: { model: tinyModel, dataset: async () => tinyData(REQUEST.n) },
    out: join(root, folder),
    resume: false,
    jobs: 2,
    requirements: [],
    signal: new AbortController().signal,
    listener: {
      note: (line) => said.notes.push(line),
      warn: (line) => said.warnings.push(line),
      progress: (now, total) => said.progress.push([now, total]),
    },
    open: fakeBoards().open,
    ...rest,
  });
  return { done, said };
}

const manifestOf = async (folder: string) =>
  JSON.parse(await readFile(join(root, folder, "run.json"), "utf8")) as RunManifest;

describe("runPlan", () => {
  it("runs device and native side by side, records all, and closes every board", async () => {
    const boards = fakeBoards();
    const { done, said } = run("a", {
      open: boards.open,
      requirements: ["device.mismatches<=0", "device.accuracy>=0.5"],
    });
    const { records, requirements } = await done;
    expect(records).toHaveLength(RECORDS);
    expect(requirements.map(({ met }) => met)).toEqual([true, true]);
    expect(said.warnings).toEqual([]);
    expect(said.progress[0]).toEqual([0, RECORDS]);
    expect(said.progress.at(-1)).toEqual([RECORDS, RECORDS]);
    expect(boards.opened).toEqual([]);
    const { complete, boards: recorded, sessions, results } = await manifestOf("a");
    expect(complete).toBe(true);
    expect([recorded.device?.kind, recorded.native?.kind]).toEqual(["emulator", "native"]);
    expect(sessions[0]?.links?.map(({ board }) => board)).toEqual(["qemu-m7", "qemu-m7", "native"]);
    expect(results?.length).toBeGreaterThan(10);
    expect(
      records.every(({ sample, mode, instructions }) => mode === "exclusive" && instructions === 1000 + sample),
    ).toBe(true);
  });

  it("asks as many native processes as there are jobs, where an attack asks native", async () => {
    const boards = fakeBoards();
    const request = {
      attacks: [{ id: "boundary", params: {} }],
      eps: undefined,
      norm: "l2" as const,
      oracle: "native" as const,
      maxQueries: 40,
    };
    await run("oracle", { open: boards.open, request }).done;
    const { sessions } = await manifestOf("oracle");
    expect(sessions[0]?.links?.map(({ board }) => board)).toEqual(["qemu-m7", "qemu-m7", "native", "native"]);
    expect(boards.opened).toEqual([]);
  });

  it("changes the attack's reach at 3 steps, not at 0.4", async () => {
    const { records } = await run("a").done;
    const rightOn = (condition: number, engine: "float" | "device") =>
      records.filter((record) => record.condition === condition && record.predictions[engine] === record.label).length;
    expect([0, 1, 2].map((condition) => rightOn(condition, "device"))).toEqual([8, 8, 0]);
    expect([0, 1, 2].map((condition) => rightOn(condition, "float"))).toEqual([8, 8, 0]);
    expect(
      records.filter(({ condition }) => condition === 1).every(({ distortion }) => distortion?.after.l0 === 0),
    ).toBe(true);
  });

  it("searches the grid for data that does not lie on it, and counts what is above eps for that", async () => {
    const data = tinyData(REQUEST.n);
    const values = Float32Array.from(data.values, (byte) => (byte + 0.3) / 255);
    const request = { grid: true, eps: ["0.1/255", "2/255"], attacks: [{ id: "fgsm", params: {} }] };
    const sources = { model: tinyModel, dataset: async () => ({ ...data, values }) };
    const { records } = await run("a", { request, sources }).done;
    const above = (condition: number) => records.filter((one) => one.condition === condition && one.above_eps).length;
    expect([above(1), above(2)]).toEqual([REQUEST.n, 0]);
    expect(records.every(({ predictions }) => predictions.float === predictions.grid)).toBe(true);
  });

  it("keeps the float network's name among the settings, where one was named", async () => {
    await run("a", { request: { float: "nets/float" } }).done;
    await run("b").done;
    expect((await manifestOf("a")).settings.float).toBe("nets/float");
    expect((await manifestOf("b")).settings).not.toHaveProperty("float");
    await expect(run("a", { resume: true }).done).rejects.toMatchObject({ code: "RUN_CONFLICT" });
  });

  it("shouts the first mismatch, then how many, and writes both down", async () => {
    const { open } = fakeBoards({
      twist: (board, { sample }, output) => {
        if (board === "native" && sample === 5) output.reverse();
      },
    });
    const { done, said } = run("a", { open });
    await done;
    expect(said.warnings).toEqual([
      expect.stringMatching(
        /^MISMATCH: the device's output bytes are not the native build's: sample 5, none: device 0100, native 0001$/,
      ),
      "3 of 24 outputs of the device differ from the native build's",
    ]);
    const { sessions, results } = await manifestOf("a");
    expect(sessions[0]?.notes).toEqual(said.warnings);
    expect(results).toContainEqual(
      expect.objectContaining({ measure: "mismatches", condition: 0, numerator: 1, denominator: 8 }),
    );
  });

  it("says when the two ends of a link counted differently", async () => {
    const { done, said } = run("a", { open: fakeBoards({ strayFrames: 2 }).open });
    await done;
    expect(said.warnings).toContainEqual(
      expect.stringMatching(
        /counters disagree: qemu-m7 0: frames to the device: 1 by the host's count, 3 by the device's/,
      ),
    );
  });

  it("opens one kind of engine where the board is the native build", async () => {
    const boards: string[] = [];
    const { open } = fakeBoards();
    const { done } = run("a", {
      request: { board: "native" },
      open: (options) => {
        boards.push(options.board);
        return open(options);
      },
    });
    const { records } = await done;
    expect(boards).toEqual(["native", "native"]);
    expect(
      records.every(({ predictions, measured_on }) => !("native" in predictions) && measured_on === "native"),
    ).toBe(true);
  });

  it("names a device's failure, says what is kept, closes the boards, and resumes", async () => {
    const whole = await run("whole").done;
    let asked = 0;
    const boards = fakeBoards({
      before: (board) => {
        if (board === "qemu-m7" && ++asked > 10)
          throw new McuEvalError("DEVICE_LOST", "board qemu-m7 went away", { hint: "Look at it." });
      },
    });
    await expect(run("cut", { open: boards.open }).done).rejects.toMatchObject({
      code: "DEVICE_LOST",
      message: "board qemu-m7 went away",
      hint: expect.stringMatching(
        /^Look at it\.\n8 of 24 records are kept in .*cut; the same command with --resume goes on from there\.$/,
      ),
    });
    expect(boards.opened).toEqual([]);
    expect((await manifestOf("cut")).sessions).toMatchObject([
      { outcome: "failed", error: { code: "DEVICE_LOST" }, records: 8 },
    ]);
    const { done, said } = run("cut", { resume: true });
    expect((await done).records).toEqual(whole.records as SampleRecord[]);
    expect(said.notes).toContainEqual(expect.stringMatching(/8 of 24 records are there/));
    expect(said.progress[0]).toEqual([8, RECORDS]);
  });

  it("stops when it is told to, with the exit code of interruptions", async () => {
    const controller = new AbortController();
    const { open } = fakeBoards({
      before: (_, { sample }) => {
        if (sample !== 6) return undefined;
        controller.abort();
        return new Promise<never>(() => undefined);
      },
    });
    await expect(run("a", { open, signal: controller.signal }).done).rejects.toMatchObject({
      code: "INTERRUPTED",
      hint: expect.stringMatching(/--resume/),
    });
    expect((await manifestOf("a")).sessions).toMatchObject([{ outcome: "interrupted" }]);
  });

  it("starts anew with --resume where there is nothing to resume", async () => {
    expect((await run("a", { resume: true }).done).records).toHaveLength(RECORDS);
  });

  it("counts the targets of targeted attacks into the records", async () => {
    const { records } = await run("a", { request: { goal: { kind: "targeted", target: "next" } } }).done;
    const attacked = records.filter(({ condition }) => condition > 0);
    expect(attacked.every(({ label, target, goal }) => goal === "targeted" && target === 1 - label)).toBe(true);
  });

  it("runs further files of the model on the native build, each on its own input grid", async () => {
    const boards = fakeBoards();
    const wide = await tinyModel(2);
    const seen: number[][] = [];
    const open: typeof boards.open = async (options) => {
      const device = await boards.open(options);
      if (options.model !== wide.tflite) return device;
      expect(options.board).toBe("native");
      return {
        ...device,
        infer(request) {
          seen.push([...new Int8Array(request.input)]);
          return device.infer(request);
        },
      };
    };
    const model = async () => ({ ...(await tinyModel()), others: { wide: wide.tflite } });
    const sources = { model, dataset: async () => tinyData(REQUEST.n) };
    const { records, results, manifest } = await run("a", { sources, open }).done;
    expect(new Set(records.map(({ others }) => JSON.stringify(others)))).toEqual(
      new Set([JSON.stringify({ wide: { prediction: 0, output: "0100" } })]),
    );
    // 126/255 to 129/255 on a grid of twice the step.
    expect(seen[0]).toEqual([-65, -65, -65, -65]);
    expect(seen).toHaveLength(RECORDS);
    expect(manifest.model.others?.wide?.input.scale).toBeCloseTo(2 / 255, 6);
    const rates = results.filter((result) => "file" in result && result.file === "wide" && result.condition === 0);
    expect(rates).toEqual([expect.objectContaining({ measure: "accuracy", engine: "native", numerator: 4 })]);
    expect(boards.opened).toEqual([]);
  });

  it("leaves out a further file that the native build cannot run, and says so", async () => {
    const boards = fakeBoards();
    const wide = await tinyModel(2);
    const open: typeof boards.open = async (options) => {
      if (options.model === wide.tflite) throw new McuEvalError("MODEL_UNSUPPORTED", "operator ODD is unknown");
      return boards.open(options);
    };
    const model = async () => ({ ...(await tinyModel()), others: { wide: wide.tflite } });
    const { done, said } = run("a", { sources: { model, dataset: async () => tinyData(REQUEST.n) }, open });
    const { records, manifest } = await done;
    expect(said.warnings).toEqual([expect.stringMatching(/file wide is left out.*operator ODD/)]);
    expect(manifest.sessions[0]?.notes).toEqual(said.warnings);
    expect(records.some((record) => "others" in record)).toBe(false);
    expect(manifest.model).not.toHaveProperty("others");
  });

  it("asks the device as an oracle, says beforehand what that takes, and counts", async () => {
    let queries = 0;
    let natives = 0;
    const { open } = fakeBoards({
      before: (board, { mode }) => {
        if (board === "native") natives++;
        else if (mode === "overlapped") queries++;
      },
    });
    const request = { attacks: [{ id: "hop-skip-jump", params: {} }], eps: undefined, oracle: "device" as const };
    const { done, said } = run("a", { request: { ...request, maxQueries: 300 }, open });
    const { records, manifest } = await done;
    expect(said.notes).toContainEqual(
      expect.stringMatching(/^forecast: hop-skip-jump \(linf\): at most 300 queries, 8 images at/),
    );
    const attacked = records.filter(({ condition }) => condition === 1);
    const asked = attacked.reduce((sum, one) => sum + (one.queries ?? 0), 0);
    expect(asked).toBeGreaterThan(100);
    expect(Math.max(...attacked.map((one) => one.queries ?? 0))).toBeLessThanOrEqual(300);
    expect(manifest.sessions[0]?.oracle?.queries).toBe(asked);
    // The forecast times ten more: two to warm up, eight.
    expect(queries).toBe(asked + 10);
    // The native build is asked nothing but what is recorded.
    expect(natives).toBe(records.length);
    expect(attacked.every(({ passes }) => passes === undefined)).toBe(true);
    expect(records.filter(({ condition }) => condition === 0).every(({ queries: own }) => own === undefined)).toBe(
      true,
    );
  });

  it("says beforehand what a white box's finish asks of an engine", async () => {
    const request = { attacks: [{ id: "deepfool", params: {} }], eps: undefined, norm: "l2" as const, grid: true };
    const { done, said } = run("a", { request: { ...request, finishOn: "native" } });
    const { manifest } = await done;
    expect(said.notes).toContainEqual(
      expect.stringMatching(
        /^forecast: deepfool \(l2\), finish on native: at most 49 queries, 8 images at .*: at most/,
      ),
    );
    expect(manifest.sessions[0]?.oracle?.queries).toBeLessThanOrEqual(8 * 49);
    expect(manifest.sessions[0]?.oracle?.queries).toBeGreaterThan(8);
  });

  it("leaves attacks without the norm out of all, and says so", async () => {
    const { done, said } = run("a", { request: { attacks: [{ id: "all", params: {} }], norm: "l0", eps: undefined } });
    const { manifest } = await done;
    expect(manifest.settings.attacks.map(({ id }) => id)).toEqual(["fmn", "jsma"]);
    expect(said.notes).toContainEqual(expect.stringMatching(/^--attack all leaves out what does not know l0: apgd-ce/));
  });

  it("follows the twin where it is told to, and names it among the settings", async () => {
    await run("twin", { request: { source: "twin" } }).done;
    const { settings, complete } = await manifestOf("twin");
    expect([complete, settings.attacks[0]?.source]).toEqual([true, "twin"]);
    await expect(run("twin", { resume: true }).done).rejects.toMatchObject({
      code: "RUN_CONFLICT",
      message: expect.stringMatching(/attacks\[0\]\.source is "twin" there, and "float" now/),
    });
  });

  it.each([
    [{ request: { board: "qemu-m8" } }, "BOARD_UNKNOWN"],
    [{ request: { attacks: [{ id: "pdg", params: {} }] } }, "ATTACK_UNKNOWN"],
    [{ request: { eps: ["-1"] } }, "EPS_INVALID"],
    [{ request: { attacks: ["20", 20].map((steps) => ({ id: "pgd", params: { steps } })) } }, "USAGE"],
    [{ request: { eps: ["1/255", "0.00392156862745098"] } }, "USAGE"],
    [{ request: { goal: { kind: "targeted" as const, target: "2" } } }, "USAGE"],
    [{ requirements: ["device.robust_accuracy@pgd>=0"] }, "USAGE"],
  ])("refuses %j before it opens a board or makes a folder", async (changes, code) => {
    const boards = fakeBoards();
    await expect(run("a", { ...changes, open: boards.open }).done).rejects.toMatchObject({ code });
    await expect(manifestOf("a")).rejects.toThrow();
  });
});
