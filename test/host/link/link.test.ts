import { expect, test } from "vitest";
import { compareCounters, Kind, Link, noCounters, openLoopback, type Received } from "../../../host/link/index.js";

function pair() {
  const { host, device, cut } = openLoopback();
  const seen: Received[] = [];
  const ends: string[] = [];
  const from = new Link(host, "host", 4_096);
  const to = new Link(device, "device", 4_096);
  to.listen({
    takes: (header) => header.session === 1,
    message: (message) => seen.push(message),
    end: (end) => ends.push(end.reason),
  });
  return { from, to, seen, ends, host, cut };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

test("Message_ArrivesWithItsHeader", async () => {
  const { from, to, seen } = pair();
  const frame = from.encode(Kind.SYNC, 1, 0, { sent: 5, id: 2 });
  from.write(frame);
  await settled();
  expect(seen).toMatchObject([
    { kind: Kind.SYNC, session: 1, seq: 0, wireBytes: frame.length, body: { sent: 5, id: 2 } },
  ]);
  expect(compareCounters(from.counters, { ...to.counters })).toEqual([]);
});

test("OtherSession_IsCountedBeforeItsBodyIsLookedAt", async () => {
  const { from, to, seen } = pair();
  from.write(from.encode(Kind.SYNC, 2, 0, {}));
  await settled();
  expect(seen).toEqual([]);
  expect(to.counters).toMatchObject({ framesReceived: 1, otherSession: 1, badBody: 0 });
});

test("EachDamage_HasItsCounter", async () => {
  const { from, to, seen } = pair();
  const sound = from.encode(Kind.STATS, 1, 1, {});
  from.resync();
  from.port.write(Uint8Array.of(1, 0, 5, 1, 0)); // shorter than a header; a group beyond the end
  const broken = sound.slice();
  const lastOfCrc = broken.length - 2;
  broken[lastOfCrc] = broken[lastOfCrc] === 0xff ? 0xfe : (broken[lastOfCrc] as number) + 1;
  from.port.write(broken);
  from.port.write(from.encode(Kind.LOG, 1, 0, {})); // a kind of the device
  from.port.write(new Uint8Array(5_000).fill(1));
  from.port.write(Uint8Array.of(0));
  from.write(sound);
  await settled();
  expect(seen).toHaveLength(1);
  expect(to.counters).toMatchObject({ badLength: 1, badCobs: 1, badCrc: 1, badKind: 1, tooLong: 1, framesReceived: 1 });
});

test("End_ReachesTheListenerAndNoPartialFrameDoes", async () => {
  const { from, seen, ends, cut } = pair();
  from.port.write(from.encode(Kind.STATS, 1, 1, {}).slice(0, -1));
  await settled();
  cut("unplugged");
  await settled();
  expect(seen).toEqual([]);
  expect(ends).toEqual(["unplugged"]);
});

test("CompareCounters_NamesWhatWasLostAndEachDamage", () => {
  const host = { ...noCounters(), framesSent: 3, bytesSent: 90 };
  const device = { ...noCounters(), framesReceived: 2, bytesReceived: 90, badCrc: 1 };
  expect(compareCounters(host, device)).toEqual([
    { name: "frames to the device", host: 3, device: 2 },
    { name: "badCrc", host: 0, device: 1 },
  ]);
});
