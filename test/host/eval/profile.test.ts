import { expect, test } from "vitest";
import { checkProfileRecord } from "../../../host/data/index.js";
import type { Device, Hello, ProfileRun } from "../../../host/device/index.js";
import { type ProfileOptions, profileModel } from "../../../host/eval/index.js";
import { mirrorModel } from "../../contract/mirror-model.js";

const { file } = mirrorModel(8, 4);

const HELLO = {
  board: "qemu-m7",
  core: "cortex-m7",
  clockHz: 25_000_000,
  clockSource: "qemu-icount",
  firmware: "0123456789abcdef",
  runtime: "TFLM",
  arenaUsed: 1_000,
  scratchBytes: 64,
  arenaBytes: 4_096,
  arenaPlacement: "sram",
} as Hello;

/** A board whose one operator took 500 of 600 instructions, counted in steps of `step`. */
function boardOf(step: number | null, hello: Partial<Hello> = {}) {
  const log = { profiles: 0, closed: 0 };
  const profile = async (): Promise<ProfileRun> => {
    const shift = log.profiles++ % (step ?? 1);
    const seen = (at: number): number => Math.floor((at + shift) / (step ?? 1)) * (step ?? 1);
    if (step === null) return { nodes: [{ kernels: "avx2" }] };
    return {
      nodes: [{ kernels: "dsp", ticks: seen(520) - seen(0) }],
      counts: { totalTicks: seen(630) - seen(0), hookTicks: 30, emptyTicks: 20, tickStep: step },
    };
  };
  const close = async (): Promise<void> => {
    log.closed++;
  };
  const device = { hello: { ...HELLO, ...hello }, profile, close } as unknown as Device;
  return { log, open: async () => device };
}

const options = (open: ProfileOptions["open"], more: Partial<ProfileOptions> = {}): ProfileOptions => ({
  board: "qemu-m7",
  tflite: file,
  model: { id: "mirror", file: "tflite", sha256: "0".repeat(64), bytes: file.length },
  bytes: new Uint8Array(8),
  input: { source: "random", seed: 1 },
  version: "0.1.0",
  signal: new AbortController().signal,
  progress: () => {},
  log: () => {},
  ...(open ? { open } : {}),
  ...more,
});

test("AProfile_TakesAsManyRunsAsMakeItExact", async () => {
  const { log, open } = boardOf(40);
  const record = await profileModel(options(open));
  expect(checkProfileRecord(record, "record")).toMatchObject({
    board: { id: "qemu-m7", kind: "emulator" },
    runs: 40,
    macs: 32,
    memory: { arena_used: 1_000, scratch: 64, arena: 4_096, placement: "sram" },
    counts: { unit: "instructions", total: 600, kernels: 500, runtime: 100, exact: true, step: 40, hook: 30 },
    nodes: [
      { node: 0, operator: "FULLY_CONNECTED", shape: [1, 4], type: "int8", macs: 32, kernels: "dsp", count: 500 },
    ],
  });
  expect(record.nodes[0]?.count_per_mac).toBe(500 / 32);
  expect(log).toEqual({ profiles: 40, closed: 1 });
});

test("FewerRuns_AreSaidToBeInexact", async () => {
  const { log, open } = boardOf(40);
  const seen: string[] = [];
  const progress = (done: number, total: number): void => void seen.push(`${done}/${total}`);
  const record = await profileModel(options(open, { runs: 2, progress }));
  expect(record).toMatchObject({ runs: 2, counts: { exact: false } });
  expect(Math.abs((record.counts?.total ?? 0) - 600)).toBeLessThanOrEqual(40);
  expect(log.profiles).toBe(2);
  expect(seen).toEqual(["1/2", "2/2"]);
});

test("ACycleCounter_IsAveragedOverTenRuns", async () => {
  const { open } = boardOf(1, { clockSource: "dwt" });
  const record = await profileModel(options(open));
  expect(record).toMatchObject({ runs: 10, counts: { unit: "cycles", exact: true, total: 600 } });
});

test("ABoardWithoutACounter_IsRunOnceAndHasNoCounts", async () => {
  const { log, open } = boardOf(null, { clockSource: "none" });
  const record = checkProfileRecord(await profileModel(options(open, { board: "native" })), "record");
  expect(record.counts).toBeUndefined();
  expect(record.nodes).toEqual([
    { node: 0, operator: "FULLY_CONNECTED", shape: [1, 4], type: "int8", macs: 32, kernels: "avx2" },
  ]);
  expect(log).toEqual({ profiles: 1, closed: 1 });
});

test("ABoardThatFails_IsClosed", async () => {
  const { log, open } = boardOf(1);
  const failing = async () => ({ ...(await open()), profile: () => Promise.reject(new Error("gone")) });
  await expect(profileModel(options(failing))).rejects.toThrow("gone");
  expect(log.closed).toBe(1);
});

test("AnotherNumberOfOperatorsThanTheModels_IsRefused", async () => {
  const { open } = boardOf(1);
  const odd = async () => ({ ...(await open()), profile: async () => ({ nodes: [] }) });
  await expect(profileModel(options(odd))).rejects.toMatchObject({ code: "LINK_CORRUPT" });
});
