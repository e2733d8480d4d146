/** A bad line: nothing may hang, and no result be lost, doubled or given to another sample. */

import { describe, expect, test } from "vitest";
import { openSession } from "../../../host/device/index.js";
import { type LineFaults, openLoopback, wire } from "../../../host/link/index.js";
import { FakeDevice, type FakeOptions, mirror } from "../../contract/fake-device.js";
import { QUICK } from "./quick.js";

const SAMPLES = 40;
const BYTES = 300;

const BAD: LineFaults = {
  maxPiece: 60,
  drop: 0.01,
  truncate: 0.005,
  flip: 0.01,
  duplicate: 0.01,
  delay: 0.02,
  delayMs: 3,
};

const LINES: Record<string, LineFaults> = {
  drops: { maxPiece: 60, drop: 0.03 },
  flips: { maxPiece: 60, flip: 0.03 },
  duplicates: { maxPiece: 60, duplicate: 0.05 },
  delays: { maxPiece: 60, delay: 0.1, delayMs: 5 },
  truncations: { maxPiece: 60, truncate: 0.03 },
  all: BAD,
};

/** Small enough that credit, chunks and repairs are all in play. */
const DEVICE: FakeOptions = { maxFrame: 256, rxWindow: 640, inputBytes: BYTES, outputBytes: BYTES };

async function soak(seed: number, faults: LineFaults, options: FakeOptions, mode: "exclusive" | "overlapped") {
  const line = openLoopback({ seed, toDevice: faults, toHost: faults });
  const fake = new FakeDevice(line.device, options);
  const device = await openSession(line.host, { timing: QUICK });
  const inputOf = (sample: number) =>
    Uint8Array.from({ length: BYTES }, (_, i) => (i * 13 + sample * 101 + seed) & 0xff);
  const counts: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const input = inputOf(sample);
    const result = await device.infer({ sample, input, mode });
    expect(result.sample).toBe(sample);
    expect([...(result.outputs[0]?.data ?? [])]).toEqual([...mirror(input, BYTES)]);
    counts.push(result.invokeCount);
  }
  const counters = device.counters();
  await device.close();
  return { counts, fake, line, counters, repairs: device.repairs() };
}

/** As many in flight as the board takes. */
async function soakBatch(seed: number, faults: LineFaults, options: FakeOptions) {
  const line = openLoopback({ seed, toDevice: faults, toHost: faults });
  const fake = new FakeDevice(line.device, options);
  const device = await openSession(line.host, { timing: QUICK });
  const samples = Array.from({ length: 2 * SAMPLES }, (_, sample) => sample);
  const inputs = samples.map((sample) => Uint8Array.from({ length: BYTES }, (_, i) => (i * 13 + sample * 101) & 0xff));
  const results = await Promise.all(
    samples.map((sample) => device.infer({ sample, input: inputs[sample] as Uint8Array, mode: "overlapped" })),
  );
  for (const [sample, result] of results.entries()) {
    expect(result).toMatchObject({ sample, mode: "overlapped" });
    expect([...(result.outputs[0]?.data ?? [])]).toEqual([...mirror(inputs[sample] as Uint8Array, 20)]);
  }
  await device.close();
  return { counts: results.map(({ invokeCount }) => invokeCount), fake, line, repairs: device.repairs() };
}

const inOrder = Array.from({ length: SAMPLES }, (_, i) => i + 1);

// Side by side: almost all of their time is waiting.
describe.concurrent("soak", () => {
  for (const [name, faults] of Object.entries(LINES)) {
    for (const seed of [1, 2]) {
      test(`${name}, seed ${seed}: every sample once, each with its own result`, async () => {
        const { counts, fake, line } = await soak(seed, faults, DEVICE, "exclusive");
        // One Invoke a sample, whatever had to be sent again.
        expect(counts).toEqual(inOrder);
        expect(fake.invokes).toBe(SAMPLES);
        const struck = Object.values(line.log).reduce((sum, count) => sum + count, 0);
        expect(struck).toBeGreaterThan(5);
      });
    }
  }

  test("a slow board with a live link: Busy, and still once each", async () => {
    const options = { ...DEVICE, invokeMs: 3, capabilities: [wire.Capability.CAP_OVERLAPPED] };
    const { counts } = await soak(4, BAD, options, "overlapped");
    expect(counts).toEqual(inOrder);
  });

  const batches = { ...DEVICE, outputBytes: 20, slots: 4, capabilities: [wire.Capability.CAP_OVERLAPPED] };
  for (const [name, faults] of Object.entries(LINES)) {
    for (const invokeMs of [0, 3]) {
      test(`batches, ${name}, ${invokeMs} ms: every sample once, each with its own result`, async () => {
        const { counts, fake, line } = await soakBatch(6, faults, { ...batches, invokeMs });
        expect([...counts].sort((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
        expect(fake.invokes).toBe(counts.length);
        expect(Object.values(line.log).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
      });
    }
  }

  test("batches on an intact line: in order, nothing is lost or repaired", async () => {
    const { counts, fake, repairs } = await soakBatch(7, { maxPiece: 7 }, { ...batches, invokeMs: 1 });
    expect(counts).toEqual(counts.map((_, i) => i + 1));
    expect({ overruns: fake.overruns, repairs, most: fake.mostInFlight }).toEqual({ overruns: 0, repairs: 0, most: 4 });
  });

  test("an intact line: the ring never overflows, nothing is repaired", async () => {
    const { counts, fake, counters, repairs } = await soak(5, { maxPiece: 7 }, DEVICE, "exclusive");
    expect(counts).toEqual(inOrder);
    expect({ overruns: fake.overruns, repairs, badCrc: counters.badCrc }).toEqual({
      overruns: 0,
      repairs: 0,
      badCrc: 0,
    });
  });
});
