/** proto/wire.md, asked of every device: the fake, native firmware, emulators and, one day, real boards. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareCounters, openSession } from "../../host/device/index.js";
import { crc32, encodeFrame, Kind, openLoopback, wire } from "../../host/link/index.js";
import { DRIVERS, type Driver } from "./drivers.js";
import { mirror } from "./fake-device.js";
import { type MirrorModel, mirrorModel } from "./mirror-model.js";
import { RawClient } from "./raw-client.js";

const { EXCLUSIVE, OVERLAPPED } = wire.InferMode;
const BYTES = 64;

/** Larger than a frame of these boards, so that it is read in pages. */
const WIDE = 6_000;

for (const driver of DRIVERS) {
  if (driver.unavailable !== null) {
    test.skip(`${driver.name}: skipped, ${driver.unavailable}`, () => {});
    continue;
  }
  describe(driver.name, () => contract(driver));
}

function contract(driver: Driver): void {
  const model: MirrorModel = mirrorModel(BYTES, BYTES);
  let client: RawClient;

  beforeAll(() => {
    client = new RawClient(driver.open(model));
  });
  afterAll(() => client.port.close());

  const input = (of: number): Uint8Array => Uint8Array.from({ length: BYTES }, (_, i) => (i * 7 + of * 31) & 0xff);
  const load = (inputId: number, raw: Uint8Array, offset = 0, totalBytes = BYTES, slot = 0): void => {
    client.send(Kind.LOAD_INPUT, { slot, inputId, totalBytes, offset, raw });
  };
  const inferOf = (inputId: number, of: number, more: object = {}) => ({
    inputId,
    sample: of,
    inputCrc: crc32(input(of)),
    mode: EXCLUSIVE,
    ...more,
  });
  const run = (inputId: number, of: number) => client.ask(Kind.INFER, inferOf(inputId, of), Kind.INFER_REPLY);
  const output = (reply: wire.InferReply): number[] => [...(reply.outputs[0]?.data ?? [])];
  const expected = (of: number): number[] => [...mirror(input(of), BYTES)];

  test("BeforeHello_RequestsAreAnsweredWithNoSession", async () => {
    client.send(Kind.STATS, {}, { session: 5, seq: 3 });
    const error = await client.next(Kind.ERROR);
    expect(client.codeOf(error)).toBe("NO_SESSION");
    expect([error.session, error.seq]).toEqual([5, 3]);
    expect(error.body.bootNonce).toBeGreaterThan(0);
    const hello = await client.open();
    expect(hello.bootNonce).toBe(error.body.bootNonce);
  });

  test("Hello_DescribesTheBoardWithinTheWiresBounds", async () => {
    const hello = await client.open();
    expect(hello).toMatchObject({
      protocol: 1,
      status: wire.InitStatus.READY,
      modelCrc: crc32(model.file),
      modelBytes: model.file.length,
    });
    expect(hello.maxFrame).toBeGreaterThanOrEqual(256);
    expect(hello.rxWindow).toBeGreaterThanOrEqual(hello.maxFrame + 33);
    expect(hello.replyWindow).toBeGreaterThanOrEqual(4);
    expect(hello.inputs).toMatchObject([{ type: wire.TensorType.INT8, shape: [1, BYTES], scale: 1, name: "input" }]);
    expect(hello.outputs).toMatchObject([{ type: wire.TensorType.INT8, shape: [1, BYTES], name: "output" }]);
  });

  test("HelloOfSession0_IsDropped", async () => {
    await client.open();
    const before = (await client.stats()).link?.badBody ?? 0;
    client.send(Kind.HELLO, { protocol: 1, nonce: 77, maxFrame: 65_536 }, { session: 0 });
    expect((await client.stats()).link?.badBody).toBe(before + 1);
  });

  test("HelloAgainWithTheSameNonce_ChangesNothing", async () => {
    const hello = await client.open();
    load(1, input(1));
    await run(1, 1);
    client.send(Kind.HELLO, { protocol: 1, nonce: hello.nonce, maxFrame: 65_536, host: "again" });
    expect((await client.next(Kind.HELLO_REPLY)).body.nonce).toBe(hello.nonce);
    const reply = await run(1, 1);
    expect(output(reply.body)).toEqual(expected(1));
    expect(reply.seq).toBe(2);
  });

  test("AnotherNonce_VoidsTheSessionBefore", async () => {
    await client.open();
    const old = client.session;
    load(1, input(1));
    await run(1, 1);
    await client.open();
    const { link } = await client.stats();
    client.send(Kind.STATS, {}, { session: old, seq: 2 });
    client.seq = 1;
    const after = await client.stats();
    expect(after.link?.otherSession).toBe((link?.otherSession ?? 0) + 1);
    const incomplete = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(incomplete.body.reason).toBe(wire.IncompleteReason.OTHER_INPUT);
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 1, tensor: 1, length: 1 })).toBe("NO_OUTPUT");
  });

  test("HelloOfAnotherProtocol_IsAnsweredAndOpensNothing", async () => {
    await client.open();
    client.send(Kind.HELLO, { protocol: 99, nonce: 5, maxFrame: 65_536 }, { session: 9 });
    const reply = await client.next(Kind.HELLO_REPLY);
    expect(reply.body).toMatchObject({ protocol: 1, nonce: 5, status: wire.InitStatus.READY });
    client.send(Kind.STATS, {}, { session: 9, seq: 1 });
    expect(client.codeOf(await client.next(Kind.ERROR))).toBe("PROTOCOL");
    await client.open();
    expect((await client.stats()).invokes).toBeGreaterThan(0);
  });

  test("Infer_AnswersForItsSampleAndInput", async () => {
    await client.open();
    load(1, input(3));
    const first = await run(1, 3);
    expect(first.body).toMatchObject({ sample: 3, inputCrc: crc32(input(3)), mode: EXCLUSIVE });
    expect(output(first.body)).toEqual(expected(3));
    expect(first.body.outputs[0]).toMatchObject({ totalBytes: BYTES, crc: crc32(mirror(input(3), BYTES)) });
    load(2, input(4));
    const second = await run(2, 4);
    expect(output(second.body)).toEqual(expected(4));
    expect(second.body.invokeCount).toBe(first.body.invokeCount + 1);
  });

  test("Ticks_AreThereIfAndOnlyIfTheBoardCounts", async () => {
    const hello = await client.open();
    load(1, input(1));
    const { body } = await run(1, 1);
    if (hello.clockSource === wire.ClockSource.CLOCK_NONE) {
      expect([body.ticks ?? null, body.irqTicks ?? null]).toEqual([null, null]);
    } else {
      expect(body.ticks).toBeGreaterThan(0);
      expect(body.irqTicks).toBe(0);
    }
  });

  test("ARequestSentAgain_IsReplayedAndNotRunAgain", async () => {
    await client.open();
    const { replays } = await client.stats();
    load(1, input(1));
    const frame = client.send(Kind.INFER, inferOf(1, 1), { seq: ++client.seq });
    const first = await client.next(Kind.INFER_REPLY);
    client.link.resync();
    client.link.write(frame);
    expect(await client.next(Kind.INFER_REPLY)).toEqual(first);
    expect(await client.stats()).toMatchObject({ invokes: first.body.invokeCount, replays: replays + 1 });
  });

  test("ASeqWithAnotherRequest_IsRefused", async () => {
    await client.open();
    client.send(Kind.STATS, {}, { seq: 1 });
    await client.next(Kind.STATS_REPLY);
    client.send(Kind.CONFIGURE, { logLevel: wire.LogLevel.LOG_INFO }, { seq: 1 });
    expect(client.codeOf(await client.next(Kind.ERROR))).toBe("SEQ_REUSED");
  });

  test("ASeqBehindTheWindow_IsStaleAndCounted", async () => {
    const { replyWindow } = await client.open();
    for (let seq = 2; seq <= replyWindow + 2; seq++) {
      client.send(Kind.STATS, {}, { seq });
      await client.next(Kind.STATS_REPLY);
    }
    client.send(Kind.STATS, {}, { seq: 1 });
    expect(client.codeOf(await client.next(Kind.ERROR))).toBe("STALE");
    client.seq = replyWindow + 2;
    expect((await client.stats()).link?.stale).toBeGreaterThan(0);
  });

  test("ASeqWithinTheWindowThatWasLost_IsHandledLate", async () => {
    await client.open();
    for (const seq of [3, 1, 2]) {
      client.send(Kind.STATS, {}, { seq });
      expect((await client.next(Kind.STATS_REPLY)).seq).toBe(seq);
    }
  });

  test("Seq_WrapsFrom65535To1", async () => {
    await client.open();
    for (const seq of [30_000, 60_000, 65_535, 1, 2]) {
      client.send(Kind.STATS, {}, { seq });
      expect((await client.next(Kind.STATS_REPLY)).seq).toBe(seq);
    }
  });

  test("Seq0_IsNoRequests", async () => {
    await client.open();
    client.send(Kind.STATS, {}, { seq: 0 });
    expect(client.codeOf(await client.next(Kind.ERROR))).toBe("BAD_REQUEST");
  });

  test("EachDamage_IsCountedAndCostsNothingElse", async () => {
    const { maxFrame } = await client.open();
    const before = (await client.stats()).link as wire.LinkCounters;
    const { port } = client;
    port.write(Uint8Array.of(0, 9, 1, 1, 0)); // a group beyond the end
    port.write(Uint8Array.of(1, 0)); // shorter than a header
    port.write(Uint8Array.of(11, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0)); // ten bytes, no CRC of theirs
    port.write(withCrc([2, Kind.STATS, 1, 0, 1, 0])); // version 2
    port.write(encodeFrame({ kind: 99, session: client.session, seq: 0 }, new Uint8Array()));
    port.write(new Uint8Array(maxFrame + 1).fill(7));
    port.write(Uint8Array.of(0));
    const after = (await client.stats()).link;
    expect(after).toMatchObject({
      badCobs: before.badCobs + 1,
      badLength: before.badLength + 1,
      badCrc: before.badCrc + 1,
      badVersion: before.badVersion + 1,
      badKind: before.badKind + 1,
      tooLong: before.tooLong + 1,
      framesReceived: before.framesReceived + 1,
    });
  });

  test("ABodyThatDoesNotDecode_IsRefusedIfItIsARequest", async () => {
    await client.open();
    const before = (await client.stats()).link?.badBody ?? 0;
    client.link.write(encodeFrame({ kind: Kind.LOAD_INPUT, session: client.session, seq: 0 }, Uint8Array.of(0x2a, 5)));
    client.link.write(
      encodeFrame({ kind: Kind.INFER, session: client.session, seq: ++client.seq }, Uint8Array.of(0x25, 1)),
    );
    expect(client.codeOf(await client.next(Kind.ERROR))).toBe("BAD_REQUEST");
    expect((await client.stats()).link?.badBody).toBe(before + 2);
  });

  test("MissingBytes_AreNamedAndMended", async () => {
    await client.open();
    const bytes = input(5);
    load(1, bytes.subarray(40, 50), 40);
    load(1, bytes.subarray(0, 16), 0);
    const { body } = await client.ask(Kind.INFER, inferOf(1, 5), Kind.INPUT_INCOMPLETE);
    expect(body).toMatchObject({ sample: 5, slot: 0, inputId: 1, reason: wire.IncompleteReason.MISSING_BYTES });
    expect(body.missing).toMatchObject([
      { begin: 16, end: 40 },
      { begin: 50, end: BYTES },
    ]);
    load(1, bytes.subarray(10, 45), 10);
    load(1, bytes.subarray(50), 50);
    expect(output((await run(1, 5)).body)).toEqual(expected(5));
  });

  test("OtherBytesThanPromised_AreNotRun", async () => {
    await client.open();
    load(1, input(6));
    const { body } = await client.ask(Kind.INFER, inferOf(1, 7), Kind.INPUT_INCOMPLETE);
    expect(body).toMatchObject({ reason: wire.IncompleteReason.CRC_DIFFERS, actualCrc: crc32(input(6)) });
  });

  test("AnOlderInput_NeitherLoadsNorRuns", async () => {
    await client.open();
    load(2, input(2));
    load(1, input(1));
    expect(output((await run(2, 2)).body)).toEqual(expected(2));
    const { body } = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(body.reason).toBe(wire.IncompleteReason.OTHER_INPUT);
  });

  test("ANewerInput_EmptiesTheSlot", async () => {
    await client.open();
    load(1, input(1));
    load(2, input(2).subarray(0, 8));
    const { body } = await client.ask(Kind.INFER, inferOf(2, 2), Kind.INPUT_INCOMPLETE);
    expect(body.missing).toMatchObject([{ begin: 8, end: BYTES }]);
  });

  test("ABadChunk_IsReportedOnceAndNotStored", async () => {
    await client.open();
    load(1, input(1).subarray(0, 32), 0);
    load(1, input(1).subarray(32), 33);
    load(1, input(1), 0, BYTES + 1);
    const first = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(first.body).toMatchObject({ reason: wire.IncompleteReason.BAD_CHUNK, missing: [{ begin: 32, end: BYTES }] });
    const second = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(second.body.reason).toBe(wire.IncompleteReason.MISSING_BYTES);
    load(1, input(1).subarray(32), 32);
    expect(output((await run(1, 1)).body)).toEqual(expected(1));
  });

  test("Delta_IsTakenFromAnotherSlot", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_DELTA)) return context.skip("no CAP_DELTA");
    const base = input(1);
    load(1, base, 0, BYTES, 1);
    // Three bits: -4 … 3, repeated; the first 20 bytes only, the rest raw.
    const differences = Array.from({ length: 20 }, (_, i) => (i % 8) - 4);
    const target = base.map((byte, i) => (byte + (differences[i] ?? 0)) & 0xff);
    const delta = { baseCrc: crc32(base), length: 20, bits: 3, packed: pack(differences, 3) };
    client.send(Kind.LOAD_INPUT, { inputId: 2, totalBytes: BYTES, delta });
    load(2, target.subarray(20), 20);
    const fields = { inputId: 2, sample: 9, inputCrc: crc32(target), mode: EXCLUSIVE };
    const reply = await client.ask(Kind.INFER, fields, Kind.INFER_REPLY);
    expect(output(reply.body)).toEqual([...mirror(target, BYTES)]);
  });

  test("DeltaWithoutItsBase_IsReported", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_DELTA)) return context.skip("no CAP_DELTA");
    const delta = { baseCrc: 1, length: BYTES, bits: 1, packed: new Uint8Array(BYTES / 8) };
    client.send(Kind.LOAD_INPUT, { inputId: 1, totalBytes: BYTES, delta });
    const { body } = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(body.reason).toBe(wire.IncompleteReason.BASE_MISSING);
    client.send(Kind.LOAD_INPUT, { inputId: 1, totalBytes: BYTES, delta: { ...delta, bits: 9 } });
    const again = await client.ask(Kind.INFER, inferOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(again.body.reason).toBe(wire.IncompleteReason.BAD_CHUNK);
  });

  test("ReadOutput_ReadsTheLastOutputInPages", async () => {
    const { outputs } = await client.open();
    const tensor = outputs[0]?.index ?? -1;
    load(1, input(8));
    await run(1, 8);
    const want = mirror(input(8), BYTES);
    const page = await client.ask(Kind.READ_OUTPUT, { sample: 8, tensor, offset: 60, length: 100 }, Kind.OUTPUT_CHUNK);
    expect(page.body).toMatchObject({ sample: 8, tensor, offset: 60, totalBytes: BYTES });
    expect([...page.body.data]).toEqual([...want.subarray(60)]);
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 9, tensor, length: 1 })).toBe("NO_OUTPUT");
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 8, tensor: tensor + 50, length: 1 })).toBe("NO_OUTPUT");
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 8, tensor, length: 0 })).toBe("BAD_REQUEST");
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 8, tensor, offset: BYTES, length: 1 })).toBe("BAD_REQUEST");
  });

  test("WhatTheBoardCannot_IsRefused", async () => {
    const hello = await client.open();
    load(1, input(1));
    expect(await client.refused(Kind.INFER, inferOf(1, 1, { mode: 0 }))).toBe("BAD_REQUEST");
    expect(await client.refused(Kind.INFER, inferOf(1, 1, { slot: 200 }))).toBe("BAD_REQUEST");
    if (!hello.capabilities.includes(wire.Capability.CAP_OVERLAPPED)) {
      expect(await client.refused(Kind.INFER, inferOf(1, 1, { mode: OVERLAPPED }))).toBe("UNSUPPORTED");
    }
    if (!hello.capabilities.includes(wire.Capability.CAP_PROFILE)) {
      expect(await client.refused(Kind.PROFILE, { infer: inferOf(1, 1) })).toBe("UNSUPPORTED");
    }
    expect(await client.refused(Kind.CONFIGURE, { preprocessing: { id: 7 } })).toBe("UNSUPPORTED");
    expect(await client.refused(Kind.CONFIGURE, {})).toBe("BAD_REQUEST");
    await client.ask(Kind.CONFIGURE, { preprocessing: {} }, Kind.CONFIGURE_REPLY);
    expect(output((await run(1, 1)).body)).toEqual(expected(1));
  });

  test("Credit_ComesBeforeHalfTheWindowIsOwed", async () => {
    const { rxWindow, maxFrame } = await client.open();
    const begin = client.link.counters.bytesSent;
    const chunk = new Uint8Array(Math.min(maxFrame, 512) - 60).fill(1);
    while (client.link.counters.bytesSent - begin < rxWindow / 2) {
      client.send(Kind.LOAD_INPUT, { inputId: 1, totalBytes: BYTES, raw: chunk });
    }
    const { consumed, syncId } = (await client.next(Kind.CREDIT)).body;
    expect(consumed).toBeGreaterThanOrEqual(rxWindow / 2);
    expect(consumed).toBeLessThanOrEqual(client.link.counters.bytesSent - begin);
    expect(syncId).toBe(0);
  });

  test("Sync_RealignsOnceAndIsAnsweredAlways", async () => {
    await client.open();
    client.send(Kind.SYNC, { sent: 5_000, id: 1 });
    expect((await client.next(Kind.CREDIT)).body).toMatchObject({ consumed: 5_000, syncId: 1 });
    const frame = client.send(Kind.SYNC, { sent: 9_999, id: 1 });
    expect((await client.next(Kind.CREDIT)).body).toMatchObject({ consumed: 5_000 + frame.length, syncId: 1 });
    client.send(Kind.SYNC, { sent: 0xffff_fffe, id: 2 });
    expect((await client.next(Kind.CREDIT)).body).toMatchObject({ consumed: 0xffff_fffe, syncId: 2 });
    client.link.resync();
    const third = client.send(Kind.SYNC, { sent: 1, id: 1 });
    expect((await client.next(Kind.CREDIT)).body).toMatchObject({ consumed: third.length - 1, syncId: 2 });
  });

  const profileOf = (inputId: number, of: number, firstNode = 0) => ({ infer: inferOf(inputId, of), firstNode });

  test("Profile_NamesEachOperatorAndCountsAsAnInvoke", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_PROFILE)) return context.skip("no CAP_PROFILE");
    load(1, input(2));
    const { invokeCount } = (await run(1, 2)).body;
    const { body } = await client.ask(Kind.PROFILE, profileOf(1, 2), Kind.PROFILE_REPLY);
    expect(body).toMatchObject({ sample: 2, nodeCount: 1, firstNode: 0, nodes: [{ node: 0 }] });
    const [node] = body.nodes;
    expect(node?.kernels).toBeGreaterThan(0);
    if (hello.operators.length > 0) expect(node?.kernels).toBe(hello.operators[0]?.kernels);
    if (hello.clockSource === wire.ClockSource.CLOCK_NONE) {
      expect([node?.ticks ?? null, body.totalTicks ?? null, body.tickStep]).toEqual([null, null, 0]);
    } else {
      expect(body.tickStep).toBeGreaterThan(0);
      expect(body.hookTicks).toBeGreaterThan(0);
      expect(body.totalTicks).toBeGreaterThan(node?.ticks as number);
    }
    expect(await client.refused(Kind.READ_OUTPUT, { sample: 2, tensor: 1, length: 1 })).toBe("NO_OUTPUT");
    expect((await run(1, 2)).body.invokeCount).toBe(invokeCount + 2);
  });

  test("Profile_IsExactInTheMeanOfAStepOfRuns", async (context) => {
    const hello = await client.open();
    if (hello.clockSource !== wire.ClockSource.CLOCK_QEMU_ICOUNT) return context.skip("counts no instructions");
    load(1, input(2));
    const { ticks } = (await run(1, 2)).body;
    const mean = async (): Promise<number[]> => {
      const sums = [0, 0];
      let reply: wire.ProfileReply;
      let left = 0;
      do {
        reply = (await client.ask(Kind.PROFILE, profileOf(1, 2), Kind.PROFILE_REPLY)).body;
        left = left === 0 ? reply.tickStep : left;
        sums[0] = (sums[0] as number) + (reply.totalTicks as number);
        sums[1] = (sums[1] as number) + (reply.nodes[0]?.ticks as number);
      } while (--left > 0);
      const [total = 0, kernel = 0] = sums.map((sum) => sum / reply.tickStep);
      return [total - reply.hookTicks, kernel - reply.emptyTicks];
    };
    const first = await mean();
    expect(first.every(Number.isInteger)).toBe(true);
    expect(await mean()).toEqual(first);
    const [total = 0, kernel = 0] = first;
    // What Infer counts, in whole steps and with the reading of the clock, is the same without the hooks.
    expect(Math.abs(total - (ticks as number))).toBeLessThan(80);
    expect(kernel).toBeLessThan(total);
  });

  test("AProfileSentAgain_IsReplayedAndNotRunAgain", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_PROFILE)) return context.skip("no CAP_PROFILE");
    const { invokes } = await client.stats();
    load(1, input(1));
    const frame = client.send(Kind.PROFILE, profileOf(1, 1), { seq: ++client.seq });
    const first = await client.next(Kind.PROFILE_REPLY);
    client.link.resync();
    client.link.write(frame);
    expect(await client.next(Kind.PROFILE_REPLY)).toEqual(first);
    expect((await client.stats()).invokes).toBe(invokes + 1);
  });

  test("AProfileThatCannotRun_IsRefusedAsAnInferIs", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_PROFILE)) return context.skip("no CAP_PROFILE");
    expect(await client.refused(Kind.PROFILE, {})).toBe("BAD_REQUEST");
    expect(await client.refused(Kind.PROFILE, profileOf(1, 1, 1))).toBe("NO_OUTPUT");
    load(1, input(1).subarray(0, 60));
    const { body } = await client.ask(Kind.PROFILE, profileOf(1, 1), Kind.INPUT_INCOMPLETE);
    expect(body).toMatchObject({ sample: 1, reason: wire.IncompleteReason.MISSING_BYTES });
    load(1, input(1).subarray(60), 60);
    await client.ask(Kind.PROFILE, profileOf(1, 1), Kind.PROFILE_REPLY);
    expect(await client.refused(Kind.PROFILE, profileOf(1, 1, 1))).toBe("BAD_REQUEST");
    expect(await client.refused(Kind.PROFILE, profileOf(1, 2, 1))).toBe("NO_OUTPUT");
    await client.open();
    expect(await client.refused(Kind.PROFILE, profileOf(1, 1, 1))).toBe("NO_OUTPUT");
  });

  test("Reset_BootsAnew", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_RESET)) return context.skip("no CAP_RESET");
    await client.ask(Kind.RESET, { kind: wire.ResetKind.RESET_SYSTEM }, Kind.RESET_REPLY);
    const again = await client.open();
    expect(again.bootNonce).not.toBe(hello.bootNonce);
    load(1, input(1));
    expect((await run(1, 1)).body.invokeCount).toBe(1);
  });

  test("ASessionOfInferences_LeavesEqualCountersOnBothEnds", async () => {
    const device = await openSession(driver.open(model));
    try {
      for (let of = 0; of < 20; of++) {
        const result = await device.infer({ sample: of, input: input(of), mode: "exclusive" });
        expect(result).toMatchObject({ sample: of, invokeCount: of + 1 });
        expect([...(result.outputs[0]?.data ?? [])]).toEqual(expected(of));
      }
      const { host, link, invokes, replays, heapBytes } = await device.stats();
      expect(compareCounters(host, link)).toEqual([]);
      expect({ invokes, replays, heapBytes }).toEqual({ invokes: 20, replays: 0, heapBytes: 0 });
    } finally {
      await device.close();
    }
  });

  /** A session over a line that loses, doubles and changes bytes. */
  const openBadLine = async (of: MirrorModel) => {
    const port = driver.open(of);
    const faults = { maxPiece: 60, drop: 0.02, flip: 0.02, duplicate: 0.02, truncate: 0.01, delay: 0.02, delayMs: 3 };
    const line = openLoopback({ seed: 1, toDevice: faults, toHost: faults });
    line.device.listen({ data: (bytes) => port.write(bytes.slice()), end: () => {} });
    port.listen({ data: (bytes) => line.device.write(bytes), end: ({ reason }) => line.cut(reason) });
    const timing = { hello: 200, helloMost: 400, reply: 40, invoke: 100, credit: 30, repetitions: 8 };
    return { port, line, device: await openSession(line.host, { timing }) };
  };
  const wideInput = (of: number): Uint8Array => Uint8Array.from({ length: 300 }, (_, i) => (i * 13 + of * 101) & 0xff);

  test("ABadLine_LosesDoublesAndMixesUpNothing", async () => {
    const { port, line, device } = await openBadLine(mirrorModel(300, 300));
    try {
      for (let sample = 0; sample < 12; sample++) {
        const bytes = wideInput(sample);
        const result = await device.infer({ sample, input: bytes, mode: "exclusive" });
        expect(result).toMatchObject({ sample, invokeCount: sample + 1 });
        expect([...(result.outputs[0]?.data ?? [])]).toEqual([...mirror(bytes, 300)]);
      }
      expect(Object.values(line.log).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    } finally {
      await device.close();
      await port.close();
    }
  });

  test("OverlappedRequests_AreServedInTheOrderInWhichTheyCame", async (context) => {
    const hello = await client.open();
    if (!hello.capabilities.includes(wire.Capability.CAP_OVERLAPPED)) return context.skip("no CAP_OVERLAPPED");
    const { invokes } = await client.stats();
    const count = Math.min(hello.stagingSlots, hello.replyWindow);
    const frames = Array.from({ length: count }, (_, slot) => {
      load(slot + 1, input(slot), 0, BYTES, slot);
      return client.send(Kind.INFER, inferOf(slot + 1, slot, { slot, mode: OVERLAPPED }), { seq: ++client.seq });
    });
    for (let of = 0; of < count; of++) {
      const { body } = await client.next(Kind.INFER_REPLY);
      expect(body).toMatchObject({ sample: of, mode: OVERLAPPED, invokeCount: invokes + of + 1 });
      expect(output(body)).toEqual(expected(of));
      expect([body.ticks ?? null, body.irqTicks ?? null]).toEqual([null, null]);
    }
    for (const frame of frames) client.link.write(frame);
    for (let of = 0; of < count; of++) expect((await client.next(Kind.INFER_REPLY)).body.sample).toBe(of);
    expect((await client.stats()).invokes).toBe(invokes + count);
  });

  test("ABatch_LeavesEqualCountersOnBothEnds", async (context) => {
    const device = await openSession(driver.open(model));
    try {
      if (device.depth === 1) return context.skip("one inference at a time");
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, of) => device.infer({ sample: of, input: input(of), mode: "overlapped" })),
      );
      for (const [of, result] of results.entries()) {
        expect(result).toMatchObject({ sample: of, mode: "overlapped", invokeCount: of + 1 });
        expect([...(result.outputs[0]?.data ?? [])]).toEqual(expected(of));
      }
      const { host, link, invokes, replays } = await device.stats();
      expect(compareCounters(host, link)).toEqual([]);
      expect({ invokes, replays, repairs: device.repairs() }).toEqual({ invokes: 40, replays: 0, repairs: 0 });
    } finally {
      await device.close();
    }
  });

  test("ABatchOnABadLine_LosesDoublesAndMixesUpNothing", async (context) => {
    const { port, line, device } = await openBadLine(mirrorModel(300, 20));
    try {
      if (device.depth === 1) return context.skip("one inference at a time");
      const results = await Promise.all(
        Array.from({ length: 24 }, (_, of) => device.infer({ sample: of, input: wideInput(of), mode: "overlapped" })),
      );
      for (const [of, { sample, outputs }] of results.entries()) {
        expect(sample).toBe(of);
        expect([...(outputs[0]?.data ?? [])]).toEqual([...mirror(wideInput(of), 20)]);
      }
      // One Invoke each, in whatever order.
      const counts = results.map(({ invokeCount }) => invokeCount).sort((a, b) => a - b);
      expect(counts).toEqual(results.map((_, of) => of + 1));
      expect(Object.values(line.log).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
    } finally {
      await device.close();
      await port.close();
    }
  });

  test("AnOutputLargerThanAFrame_IsReadInPages", async () => {
    const device = await openSession(driver.open(mirrorModel(16, WIDE)));
    try {
      const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 3);
      const { outputs } = await device.infer({ sample: 1, input: bytes, mode: "overlapped" });
      expect(device.hello.maxFrame).toBeLessThan(WIDE);
      expect([...(outputs[0]?.data ?? [])]).toEqual([...mirror(bytes, WIDE)]);
    } finally {
      await device.close();
    }
  });
}

/** A packet with the CRC-32 it needs, as a frame. Its bytes must hold no run that COBS would cut. */
function withCrc(head: readonly number[]): Uint8Array {
  const packet = Buffer.alloc(head.length + 4);
  packet.set(head);
  packet.writeUInt32LE(crc32(Uint8Array.from(head)), head.length);
  const wireBytes: number[] = [];
  for (let at = 0; at <= packet.length; ) {
    const zero = packet.indexOf(0, at);
    const end = zero < 0 ? packet.length : zero;
    wireBytes.push(end - at + 1, ...packet.subarray(at, end));
    at = end + 1;
  }
  return Uint8Array.from([...wireBytes, 0]);
}

/** Signed numbers, `bits` wide, least significant bit first. */
function pack(values: readonly number[], bits: number): Uint8Array {
  const packed = new Uint8Array(Math.ceil((values.length * bits) / 8));
  values.forEach((value, i) => {
    for (let k = 0; k < bits; k++) {
      const at = i * bits + k;
      packed[at >> 3] = (packed[at >> 3] as number) | (((value >> k) & 1) << (at & 7));
    }
  });
  return packed;
}
