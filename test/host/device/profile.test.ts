import { afterEach, expect, test } from "vitest";
import { type Device, openSession } from "../../../host/device/index.js";
import { Kind, type LoopbackOptions, openLoopback, wire } from "../../../host/link/index.js";
import { FakeDevice, type FakeOptions } from "../../contract/fake-device.js";
import { QUICK } from "./quick.js";

const opened: Device[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

async function start(options: FakeOptions, line: LoopbackOptions = {}) {
  const loopback = openLoopback(line);
  const fake = new FakeDevice(loopback.device, options);
  const device = await openSession(loopback.host, { timing: QUICK });
  opened.push(device);
  return { fake, device, loopback };
}

const request = { sample: 7, input: new Uint8Array(64).map((_, i) => i) };

test("AProfileOfManyNodes_IsReadInPages", async () => {
  const { fake, device } = await start({ nodes: 100 });
  const run = await device.profile(request);
  expect(run).toEqual({ nodes: Array.from({ length: 100 }, () => ({ kernels: "portable" })) });
  expect(fake.invokes).toBe(1);
  expect(fake.handled.get(Kind.PROFILE)).toBeGreaterThan(3);
});

test("ABadLine_LosesNoNodeAndRunsNothingTwice", async () => {
  const faults = { maxPiece: 60, drop: 0.03, flip: 0.03, duplicate: 0.03 };
  const { fake, device, loopback } = await start({ nodes: 60 }, { seed: 5, toDevice: faults, toHost: faults });
  for (let of = 0; of < 4; of++) expect((await device.profile(request)).nodes).toHaveLength(60);
  expect(fake.invokes).toBe(4);
  expect(Object.values(loopback.log).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
});

test("ABoardWithoutProfiles_SaysSo", async () => {
  const { fake, device } = await start({ capabilities: [wire.Capability.CAP_RESET] });
  await expect(device.profile(request)).rejects.toMatchObject({
    code: "DEVICE_ERROR",
    message: expect.stringContaining("cannot profile"),
    hint: expect.stringContaining("mcu-eval build --board fake"),
  });
  expect(fake.handled.get(Kind.PROFILE)).toBeUndefined();
});

test("ABoardLostInAProfile_EndsIt", async () => {
  const { device, loopback } = await start({ nodes: 500 });
  const profile = device.profile(request);
  setTimeout(() => loopback.cut("the plug was pulled"), 3);
  await expect(profile).rejects.toMatchObject({
    code: "DEVICE_LOST",
    message: expect.stringMatching(/PROFILE: the plug was pulled/),
  });
});

test("AnInputOfAnotherSize_IsRefusedBeforeItIsSent", async () => {
  const { fake, device } = await start({});
  const input = new Uint8Array(63);
  await expect(device.profile({ sample: 1, input })).rejects.toMatchObject({ code: "DATA_MISMATCH" });
  expect(fake.invokes).toBe(0);
});
