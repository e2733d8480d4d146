/** The kernel sets of board native: chosen by MCU_EVAL_KERNELS, the same bytes from each, told in Hello. */

import { readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findModel } from "../../host/data/index.js";
import { type Device, openDevice, openSession, readBoard } from "../../host/device/index.js";
import { launchBoard } from "../../host/device/launch.js";
import { composeRegion } from "../../host/device/region.js";

const INPUTS = 5;
const CONV_2D = 3;

let model: Buffer;
beforeAll(async () => {
  const { files } = await findModel("cifar10-resnet8");
  model = readFileSync(files.int8?.path ?? "");
});
afterEach(() => vi.unstubAllEnvs());

function open(set: string | undefined, log: (text: string) => void = () => {}): Promise<Device> {
  vi.stubEnv("MCU_EVAL_KERNELS", set);
  return openDevice({ board: "native", model, log: (_, text) => log(text) });
}

const convOf = ({ hello }: Device) => hello.operators.find(({ builtinCode }) => builtinCode === CONV_2D)?.kernels;

async function outputsOf(device: Device): Promise<number[][]> {
  const outputs: number[][] = [];
  for (let sample = 0; sample < INPUTS; sample++) {
    const input = Uint8Array.from(
      { length: 3072 },
      (_, i) => (i * (2 * sample + 7) + ((i * i) >> 5) + 31 * sample) & 255,
    );
    const { outputs: all } = await device.infer({ sample, input, mode: "exclusive" });
    outputs.push(all.flatMap(({ data }) => [...data]));
  }
  return outputs;
}

const flags = process.arch === "x64" ? readFileSync("/proc/cpuinfo", "utf8") : "";
const sets: readonly (readonly [set: string, here: boolean])[] = [
  ["avx2", /\bavx2\b/.test(flags)],
  ["vnni", ["avx512bw", "avx512vl", "avx512_vnni"].every((flag) => flags.includes(flag))],
];

describe("MCU_EVAL_KERNELS", () => {
  for (const [set, here] of sets) {
    test.skipIf(!here)(`${set}_RunsAndGivesThePortableBytes`, async () => {
      const portable = await open("portable");
      const expected = await outputsOf(portable);
      expect(convOf(portable)).toBe("portable");
      await portable.close();
      const device = await open(set);
      expect(convOf(device)).toBe(set);
      expect(await outputsOf(device)).toEqual(expected);
      await device.close();
    });

    test.skipIf(here)(`${set}_IsRefusedWhereTheMachineLacksIt`, async () => {
      await expect(open(set)).rejects.toMatchObject({ code: "DEVICE_LOST" });
    });
  }

  test("Unset_TheBestOfTheMachineRuns", async () => {
    const device = await open(undefined);
    expect(convOf(device)).toBe(sets.findLast(([, here]) => here)?.[0] ?? "portable");
    await device.close();
  });

  test("AReset_KeepsTheSet", async () => {
    vi.stubEnv("MCU_EVAL_KERNELS", "portable");
    const board = readBoard("native");
    const port = launchBoard(board, { region: composeRegion(model, board.model_region.bytes) });
    try {
      await (await openSession(port)).reset();
      const second = await openSession(port);
      expect(second.hello.resetCause).toBe("SOFTWARE");
      expect(convOf(second)).toBe("portable");
    } finally {
      await port.close();
    }
  });

  test("UnknownSet_EndsTheBoardWithWhatIsKnown", async () => {
    const lines: string[] = [];
    await expect(open("sse9", (text) => lines.push(text))).rejects.toMatchObject({ code: "DEVICE_LOST" });
    expect(lines.join("\n")).toContain("MCU_EVAL_KERNELS=sse9: expected portable, avx2 or vnni");
  });
});
