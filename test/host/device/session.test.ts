import { afterEach, describe, expect, test } from "vitest";
import { McuEvalError } from "../../../host/core/index.js";
import { compareCounters, type Device, openSession, type SessionSettings } from "../../../host/device/index.js";
import { type LoopbackOptions, openLoopback, wire } from "../../../host/link/index.js";
import { FakeDevice, type FakeOptions, mirror } from "../../contract/fake-device.js";
import { QUICK } from "./quick.js";

const opened: Device[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

async function start(options: FakeOptions = {}, settings: SessionSettings = {}, line: LoopbackOptions = {}) {
  const loopback = openLoopback(line);
  const fake = new FakeDevice(loopback.device, options);
  const device = await openSession(loopback.host, { timing: QUICK, ...settings });
  opened.push(device);
  return { fake, device, loopback };
}

async function failure(work: Promise<unknown>): Promise<McuEvalError> {
  const error = await work.then(
    () => new Error("it worked"),
    (reason: unknown) => reason,
  );
  if (error instanceof McuEvalError) return error;
  throw error;
}

const input = new Uint8Array(64).map((_, i) => i);
const request = { sample: 7, input, mode: "exclusive" } as const;

describe("hello", () => {
  test("ABoard_DescribesItselfInWords", async () => {
    const { device } = await start();
    expect(device.hello).toMatchObject({
      protocol: 1,
      board: "fake",
      status: "READY",
      clockSource: "none",
      capabilities: ["CAP_DELTA", "CAP_RESET", "CAP_PROFILE"],
      inputs: [{ type: "int8", shape: [1, 64], scale: 1, zeroPoint: 0, name: "input" }],
      fault: null,
    });
  });

  test("NoAnswer_IsATimeoutWithinItsBound", async () => {
    const { host } = openLoopback();
    const begin = performance.now();
    const error = await failure(openSession(host, { timing: { ...QUICK, open: 300 } }));
    expect(error.code).toBe("LINK_TIMEOUT");
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test("AnotherProtocol_IsNamedWithBothVersions", async () => {
    const error = await failure(start({ protocol: 3 }));
    expect([error.code, error.message]).toEqual([
      "LINK_VERSION",
      expect.stringContaining("speaks protocol version 3, this host version 1"),
    ]);
  });

  test("AnAnnouncementThatCannotBe_IsRefused", async () => {
    for (const [options, words] of [
      [{ maxFrame: 255 }, "max_frame 255, which must be 256 at least"],
      [{ maxFrame: 512, rxWindow: 544 }, "rx_window 544, which must be 545 at least"],
      [{ replyWindow: 3 }, "reply_window 3, which must be 4 at least"],
    ] as const) {
      const error = await failure(start(options));
      expect([error.code, error.message]).toEqual(["LINK_CORRUPT", expect.stringContaining(words)]);
    }
  });

  test("ABoardInALongInvoke_IsWaitedFor", async () => {
    const capabilities = [wire.Capability.CAP_OVERLAPPED];
    const loopback = openLoopback();
    const fake = new FakeDevice(loopback.device, { invokeMs: 150, capabilities });
    const first = await openSession(loopback.host, { timing: { ...QUICK, hello: 20 } });
    const result = first.infer({ ...request, mode: "overlapped" });
    // Another host takes over the port while the board is at it.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const second = await openSession(loopback.host, { timing: { ...QUICK, hello: 20, open: 60 } });
    opened.push(second);
    expect(fake.sessions).toBe(2);
    result.catch(() => {});
  });

  test("NotReady_IsAnErrorOfTheModel", async () => {
    const arena = await failure(start({ status: wire.InitStatus.ARENA_TOO_SMALL, statusDetail: "wants 70000 bytes" }));
    expect([arena.code, arena.message]).toEqual(["MODEL_TOO_LARGE", expect.stringContaining("wants 70000 bytes")]);
    const operator = await failure(
      start({ status: wire.InitStatus.OPERATOR_UNSUPPORTED, statusDetail: "operator 4 (SVDF)" }),
    );
    expect([operator.code, operator.message]).toEqual([
      "MODEL_UNSUPPORTED",
      expect.stringContaining("operator 4 (SVDF)"),
    ]);
  });

  test("NotReadyButWanted_OpensAndRefusesToInfer", async () => {
    const { device } = await start({ status: wire.InitStatus.NO_MODEL }, { requireReady: false });
    expect(device.hello.status).toBe("NO_MODEL");
    expect((await failure(device.infer(request))).code).toBe("DEVICE_OPEN");
    expect((await device.stats()).invokes).toBe(0);
  });
});

describe("infer", () => {
  test("CallsThatOverlap_AreServedInOrder", async () => {
    const { device } = await start({ invokeMs: 2 });
    const samples = [5, 1, 9];
    const results = await Promise.all(
      samples.map((sample) => device.infer({ sample, input: input.map((byte) => byte + sample), mode: "exclusive" })),
    );
    expect(results.map(({ sample, invokeCount }) => [sample, invokeCount])).toEqual([
      [5, 1],
      [1, 2],
      [9, 3],
    ]);
    results.forEach((result, i) => {
      const own = input.map((byte) => byte + (samples[i] as number));
      expect([...(result.outputs[0]?.data ?? [])]).toEqual([...mirror(own, 64)]);
    });
  });

  test("OverlappedOnABoardThatCannot_IsExclusiveAndSaysSo", async () => {
    const { device } = await start();
    expect((await device.infer({ ...request, mode: "overlapped" })).mode).toBe("exclusive");
    const able = await start({ capabilities: [wire.Capability.CAP_OVERLAPPED] });
    expect((await able.device.infer({ ...request, mode: "overlapped" })).mode).toBe("overlapped");
  });

  const overlapping: FakeOptions = { capabilities: [wire.Capability.CAP_OVERLAPPED], slots: 4, invokeMs: 2 };
  const batch = (device: Device, count: number, mode: "exclusive" | "overlapped" = "overlapped") =>
    Promise.all(Array.from({ length: count }, (_, sample) => device.infer({ sample, input, mode })));

  test("OverlappedCalls_AreInFlightTogetherAsTheBoardPermits", async () => {
    for (const [options, most] of [
      [{}, 4],
      [{ slots: 3 }, 3],
      [{ slots: 8 }, 4],
      [{ slots: 8, replyWindow: 6 }, 6],
      [{ slots: 1 }, 1],
      [{ capabilities: [] }, 1],
    ] as const) {
      const { device, fake } = await start({ ...overlapping, ...options });
      expect(device.depth).toBe(most);
      const results = await batch(device, 12);
      expect(results.map(({ sample, invokeCount }) => invokeCount - sample)).toEqual(results.map(() => 1));
      expect(fake.mostInFlight).toBe(most);
    }
  });

  test("ExclusiveCalls_AreAlwaysAlone", async () => {
    const { device, fake } = await start(overlapping);
    await batch(device, 4, "exclusive");
    expect(fake.mostInFlight).toBe(1);
    const [, one] = await Promise.all([batch(device, 4), device.infer(request), batch(device, 4), device.stats()]);
    expect(one.invokeCount).toBe(9);
  });

  test("OutputsThatDoNotFitAReply_AreNotEndedByTheNextInfer", async () => {
    const { device, fake } = await start({ ...overlapping, outputBytes: 2_000 });
    for (const { outputs } of await batch(device, 4)) {
      expect([...(outputs[0]?.data ?? [])]).toEqual([...mirror(input, 2_000)]);
    }
    expect(fake.mostInFlight).toBe(1);
  });

  test("ARequestThatIsRefused_CostsTheOthersOfItsBatchNothing", async () => {
    const { device } = await start(overlapping);
    const refused = failure(device.infer({ ...request, input: new Uint8Array(1), mode: "overlapped" }));
    expect((await batch(device, 8)).map(({ sample }) => sample)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect((await refused).code).toBe("DATA_MISMATCH");
  });

  test("AnInputOfAnotherSize_IsRefusedBeforeItIsSent", async () => {
    const { device, fake } = await start();
    const error = await failure(device.infer({ ...request, input: new Uint8Array(63) }));
    expect([error.code, error.message]).toEqual(["DATA_MISMATCH", "the input of sample 7 has 63 bytes, expected 64"]);
    expect(fake.invokes).toBe(0);
    await device.infer(request);
  });

  test("ARefusedRequest_NamesTheBoardsReasonAndEndsNothing", async () => {
    const { device } = await start();
    const error = await failure(device.infer({ ...request, reportTensors: [3] }));
    expect([error.code, error.message]).toEqual([
      "DEVICE_ERROR",
      expect.stringMatching(/INFER with UNSUPPORTED: report_tensors/),
    ]);
    await device.infer(request);
  });

  test("ManyChunks_StayWithinTheWindow", async () => {
    const { device, fake } = await start({ inputBytes: 5_000, maxFrame: 256, rxWindow: 640 });
    await device.infer({ sample: 1, input: new Uint8Array(5_000), mode: "exclusive" });
    expect(fake.overruns).toBe(0);
    const { host, link } = await device.stats();
    expect(compareCounters(host, link)).toEqual([]);
  });
});

describe("loss", () => {
  test("ABoardThatGoesAway_IsLostWithWhatItWasDoing", async () => {
    const { device, loopback } = await start({ invokeMs: 1_000 });
    const result = failure(device.infer(request));
    await new Promise((resolve) => setTimeout(resolve, 20));
    loopback.cut("unplugged");
    const error = await result;
    expect([error.code, error.message]).toEqual(["DEVICE_LOST", "loopback went away while it served INFER: unplugged"]);
    expect((await failure(device.stats())).code).toBe("DEVICE_LOST");
  });

  test("AFault_IsReportedFromTheNextHello", async () => {
    const { device, fake } = await start();
    await device.infer(request);
    fake.reboot({
      kind: wire.FaultKind.HARD_FAULT,
      pc: 0x1234,
      lr: 0x99,
      status: 0x8200,
      address: 0xe000_0000,
      seq: 1,
    });
    const error = await failure(device.infer(request));
    expect(error.code).toBe("DEVICE_FAULT");
    expect(error.message).toBe(
      "loopback was reset by a fault: HARD_FAULT (pc 0x1234, lr 0x99, status 0x8200, address 0xe0000000) while it served request 1",
    );
    expect((await failure(device.infer(request))).code).toBe("DEVICE_FAULT");
  });

  test("AResetWithoutAFault_IsALostDevice", async () => {
    const { device, fake } = await start();
    fake.reboot();
    const error = await failure(device.infer(request));
    expect([error.code, error.message]).toEqual([
      "DEVICE_LOST",
      "loopback was reset in the middle of a run (SOFTWARE)",
    ]);
  });

  test("AResetAfterAnOlderFault_IsNotBlamedOnIt", async () => {
    const { device, fake, loopback } = await start();
    fake.reboot({ kind: wire.FaultKind.HARD_FAULT, pc: 0x1234 });
    expect((await failure(device.infer(request))).code).toBe("DEVICE_FAULT");
    const again = await openSession(loopback.host, { timing: QUICK });
    opened.push(again);
    expect(again.hello).toMatchObject({ resetCause: "FAULT_RESET", fault: { kind: "HARD_FAULT", pc: 0x1234 } });
    fake.reboot();
    expect((await failure(again.infer(request))).code).toBe("DEVICE_LOST");
  });

  test("ABoardThatHangs_IsATimeoutAfterAllRepetitions", async () => {
    const { device } = await start({ invokeMs: 60_000 }, { timing: { ...QUICK, invoke: 30, repetitions: 2 } });
    const error = await failure(device.infer(request));
    expect([error.code, error.message]).toEqual([
      "LINK_TIMEOUT",
      expect.stringContaining("did not answer INFER, sent 3 times"),
    ]);
  });

  const inFlight = async (options: FakeOptions, strike: (started: Awaited<ReturnType<typeof start>>) => void) => {
    const capabilities = [wire.Capability.CAP_OVERLAPPED];
    const started = await start({ capabilities, slots: 4, ...options }, { timing: { ...QUICK, repetitions: 2 } });
    const errors = Array.from({ length: 9 }, (_, sample) =>
      failure(started.device.infer({ sample, input, mode: "overlapped" })),
    );
    await new Promise((resolve) => setTimeout(resolve, 15));
    strike(started);
    return Promise.all(errors);
  };

  test("ALossInABatch_EndsAllOfIt", async () => {
    const reset = await inFlight({ invokeMs: 50 }, ({ fake }) => fake.reboot({ kind: wire.FaultKind.HARD_FAULT }));
    expect(reset.map(({ code }) => code)).toEqual(reset.map(() => "DEVICE_FAULT"));
    const cut = await inFlight({ invokeMs: 50 }, ({ loopback }) => loopback.cut("unplugged"));
    expect(cut.map(({ code }) => code)).toEqual(cut.map(() => "DEVICE_LOST"));
    expect(cut[0]?.message).toBe("loopback went away while it served INFER: unplugged");
  });

  test("Abort_EndsTheWait", async () => {
    const controller = new AbortController();
    const { device } = await start({ invokeMs: 60_000 }, { signal: controller.signal });
    const result = failure(device.infer(request));
    setTimeout(() => controller.abort(), 10);
    expect((await result).code).toBe("INTERRUPTED");
  });

  test("Reset_EndsTheSessionWithoutAnError", async () => {
    const { device } = await start();
    await device.reset();
    expect((await failure(device.infer(request))).code).toBe("DEVICE_LOST");
  });
});
