import { expect, test } from "vitest";
import { McuEvalError } from "../../../host/core/index.js";
import { composeRegion } from "../../../host/device/index.js";

test("Header_IsLaidOutAsTheFirmwareReadsIt", () => {
  const region = composeRegion(Buffer.from("123456789"), 64);
  // CRC-32 of "123456789" is CBF43926; the header's own by Python's zlib.
  expect(Buffer.from(region).toString("hex")).toBe(
    `4d43454d01000000090000002639f4cb${"00".repeat(12)}7826ca3b${Buffer.from("123456789").toString("hex")}`,
  );
});

test("AModelThatDoesNotFit_IsRefusedWithBothSizes", () => {
  expect(() => composeRegion(new Uint8Array(33), 64)).toThrow(McuEvalError);
  expect(() => composeRegion(new Uint8Array(33), 64)).toThrow(
    "takes 65 bytes with its header, the board's model region has 64",
  );
});
