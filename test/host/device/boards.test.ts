import { expect, test } from "vitest";
import { McuEvalError } from "../../../host/core/index.js";
import { boardIds, imagePath, readBoard } from "../../../host/device/index.js";

test("EveryBoardFile_FollowsItsSchema", () => {
  const ids = boardIds();
  expect(ids).toEqual(expect.arrayContaining(["native", "qemu-m4", "qemu-m55", "qemu-m7"]));
  for (const id of ids) expect(readBoard(id).id).toBe(id);
});

test("AnUnknownBoard_GetsTheNearestAsAHint", () => {
  try {
    readBoard("qemu-m8");
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(McuEvalError);
    expect(error).toMatchObject({ code: "BOARD_UNKNOWN", message: 'there is no board "qemu-m8"' });
    expect((error as McuEvalError).hint).toMatch(/^Did you mean qemu-m[47]\?/);
  }
});

test("ImagePath_LiesInTheBuildFolder", () => {
  expect(imagePath(readBoard("qemu-m7"))).toMatch(/\/build\/firmware\/qemu-m7\/firmware\.elf$/);
});
