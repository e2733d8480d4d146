import { expect, test } from "vitest";
import { type LineFaults, openLoopback } from "../../../host/link/index.js";

async function transmit(faults: LineFaults, seed: number, bytes: Uint8Array): Promise<Uint8Array> {
  const { host, device } = openLoopback({ seed, toDevice: faults });
  const got: number[] = [];
  device.listen({ data: (piece) => got.push(...piece), end: () => {} });
  host.write(bytes);
  let before = -1;
  while (before !== got.length) {
    before = got.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Uint8Array.from(got);
}

const sent = Uint8Array.from({ length: 500 }, (_, i) => i & 0xff);

test("WithoutFaults_AllBytesArriveInOrder", async () => {
  expect(await transmit({}, 1, sent)).toEqual(sent);
  expect(await transmit({ maxPiece: 7 }, 1, sent)).toEqual(sent);
  expect(await transmit({ maxPiece: 7, delay: 0.2, delayMs: 1 }, 1, sent)).toEqual(sent);
});

test("EqualSeeds_GiveEqualDamage", async () => {
  const faults = { maxPiece: 20, drop: 0.1, flip: 0.1, duplicate: 0.1, truncate: 0.1 };
  const first = await transmit(faults, 3, sent);
  expect(await transmit(faults, 3, sent)).toEqual(first);
  expect(await transmit(faults, 4, sent)).not.toEqual(first);
});

test("EachFault_DoesWhatItSays", async () => {
  expect(await transmit({ drop: 1 }, 1, sent)).toHaveLength(0);
  expect(await transmit({ duplicate: 1 }, 1, sent)).toEqual(Uint8Array.from([...sent, ...sent]));
  expect((await transmit({ truncate: 1 }, 1, sent)).length).toBeLessThan(sent.length);
  const flipped = await transmit({ flip: 1 }, 1, sent);
  const bits = flipped.reduce((count, byte, i) => count + (byte === sent[i] ? 0 : 1), 0);
  expect([flipped.length, bits]).toEqual([sent.length, 1]);
});

test("WrittenBeforeListen_IsNotLost", async () => {
  const { host, device } = openLoopback();
  host.write(sent);
  const got: number[] = [];
  await new Promise((resolve) => setTimeout(resolve, 5));
  device.listen({ data: (piece) => got.push(...piece), end: () => {} });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(got).toEqual([...sent]);
});
