/** A fault of the native board: told in the next Hello, on the pipes it had. */

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { imagePath, openSession, readBoard } from "../../../host/device/index.js";
import { launchBoard } from "../../../host/device/launch.js";
import { composeRegion } from "../../../host/device/region.js";
import { mirrorModel } from "../../contract/mirror-model.js";

const image = imagePath(readBoard("native"));

/** Child processes of this one that run `program`. */
function children(program: string): number[] {
  return readdirSync("/proc/self/task")
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" "))
    .filter((pid) => pid !== "" && readlinkSync(`/proc/${pid}/exe`) === program)
    .map(Number);
}

const model = mirrorModel(64, 64).file;
const request = { sample: 1, input: new Uint8Array(64), mode: "exclusive" } as const;

test.skipIf(!existsSync(image) || process.platform !== "linux")("ASignal_IsAFaultThatIsToldAndNoEnd", async () => {
  const board = readBoard("native");
  const port = launchBoard(board, { region: composeRegion(model, board.model_region.bytes) });
  try {
    const first = await openSession(port);
    expect(first.hello).toMatchObject({ resetCause: "POWER_ON", fault: null });
    expect((await first.infer(request)).invokeCount).toBe(1);
    const [pid] = children(image);
    process.kill(pid as number, "SIGSEGV");
    await expect(first.infer(request)).rejects.toMatchObject({
      code: "DEVICE_FAULT",
      message: expect.stringContaining("status 0xb"),
    });
    const second = await openSession(port);
    expect(second.hello).toMatchObject({ resetCause: "FAULT_RESET", status: "READY", fault: { status: 11, seq: 0 } });
    expect((await second.infer(request)).invokeCount).toBe(1);
    await second.reset();
    const third = await openSession(port);
    expect(third.hello).toMatchObject({ resetCause: "SOFTWARE", fault: { status: 11 } });
  } finally {
    await port.close();
  }
});
