import { expect, test } from "vitest";
import { CreditWindow, isNewer } from "../../../host/device/window.js";

test("IsNewer_ComparesAcrossTheWrap", () => {
  expect(isNewer(5, 4)).toBe(true);
  expect(isNewer(4, 4)).toBe(false);
  expect(isNewer(3, 0xffff_fff0)).toBe(true);
  expect(isNewer(0xffff_fff0, 3)).toBe(false);
  expect(isNewer(0x8000_0000, 0)).toBe(false);
});

test("Fits_KeepsRoomForASync", () => {
  const window = new CreditWindow(332);
  expect(window.fits(300)).toBe(true);
  expect(window.fits(301)).toBe(false);
  window.wrote(200);
  expect(window.fits(100)).toBe(true);
  window.credit(150, 0);
  expect([window.unacknowledged, window.fits(250), window.fits(251)]).toEqual([50, true, false]);
});

test("AnOldCredit_IsIgnored", () => {
  const window = new CreditWindow(1_000);
  window.wrote(500);
  window.credit(400, 0);
  window.credit(300, 0);
  expect(window.unacknowledged).toBe(100);
});

test("MoreConsumedThanSent_CountsAsSent", () => {
  const window = new CreditWindow(1_000);
  window.wrote(500);
  window.credit(900, 0);
  expect(window.unacknowledged).toBe(0);
  window.wrote(100);
  expect(window.unacknowledged).toBe(100);
});

test("OnlyTheAnswerToTheLatestSync_EndsIt", () => {
  const window = new CreditWindow(1_000);
  window.wrote(500);
  expect(window.nextSync()).toBe(1);
  expect(window.nextSync()).toBe(2);
  window.credit(500, 1);
  expect(window.syncUnderWay).toBe(true);
  window.credit(500, 2);
  expect(window.syncUnderWay).toBe(false);
});

test("Counts_WrapAt32Bits", () => {
  const window = new CreditWindow(1_000);
  for (let i = 0; i < 3; i++) window.wrote(0x7fff_ff00);
  window.credit(window.sent, 0);
  const { sent } = window;
  expect(sent).toBe((3 * 0x7fff_ff00) % 2 ** 32);
  window.wrote(200);
  expect(window.unacknowledged).toBe(200);
  window.credit(sent + 150, 0);
  expect(window.unacknowledged).toBe(50);
});
