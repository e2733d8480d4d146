import { expect, test } from "vitest";
import { helloWait, invokeWait, repeatedWait, TIMING, transfer } from "../../../host/device/timing.js";

test("Transfer_IsTenBitsAByteOnASerialLineAndNothingElsewhere", () => {
  expect(transfer(1_152, 115_200)).toBe(100);
  expect(transfer(1_152, null)).toBe(0);
});

test("HelloWait_DoublesUpToItsMost", () => {
  expect([0, 1, 2, 3, 4, 9].map((k) => helloWait(TIMING, k))).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test("InvokeWait_FollowsTheSlowestInvoke", () => {
  expect(invokeWait(TIMING, null)).toBe(61_000);
  expect(invokeWait(TIMING, 50)).toBe(1_400);
  expect(invokeWait(TIMING, 20_000)).toBe(61_000);
});

test("RepeatedWait_DoublesUpToAnInvoke", () => {
  expect([0, 1, 2, 5, 9].map((k) => repeatedWait(TIMING, 1_400, k))).toEqual([1_400, 2_800, 5_600, 44_800, 61_000]);
  expect(repeatedWait(TIMING, 70_000, 1)).toBe(70_000);
});
