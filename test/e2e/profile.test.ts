/** `mcu-eval profile` on emulated and native boards, and the ways in which it ends without a result. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../../host/cli/program.js";
import { checkProfileRecord, type ProfileRecord } from "../../host/data/index.js";
import { openDevice } from "../../host/device/index.js";
import { readTflite, writeTflite } from "../../host/tflite/index.js";
import { mirrorModel } from "../contract/mirror-model.js";
import { captured } from "../host/cli/captured.js";
import { childrenOf } from "./process.js";

const TIMEOUT = 240_000;
const root = mkdtempSync(join(tmpdir(), "mcu-eval-profile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function cli(...args: string[]) {
  const io = captured();
  const code = await runCli(["profile", ...args], io);
  return { code, out: io.outText(), err: io.errText() };
}

const RESNET = "models/cifar10-resnet8/int8.tflite";

function assertSums({ counts, nodes, macs }: ProfileRecord): void {
  const sum = nodes.reduce((all, { count = Number.NaN }) => all + count, 0);
  expect(sum).toBe(counts?.kernels);
  expect(sum + (counts?.runtime ?? Number.NaN)).toBe(counts?.total);
  expect(counts?.runtime).toBeGreaterThan(0);
  expect(nodes.reduce((all, node) => all + node.macs, 0)).toBe(macs);
}

/** What a plain inference counts, on an input of zeros. */
async function ticksOf(model: Uint8Array, inputBytes: number): Promise<number> {
  const device = await openDevice({ board: "qemu-m7", model });
  try {
    const result = await device.infer({ sample: 0, input: new Uint8Array(inputBytes), mode: "exclusive" });
    return result.ticks ?? Number.NaN;
  } finally {
    await device.close();
  }
}

describe("a profile", () => {
  it(
    "of ResNet-8 on qemu-m7: the layers and the interpreter are the whole inference",
    async () => {
      const [json, html] = [join(root, "resnet.json"), join(root, "resnet.html")];
      const { code, out, err } = await cli("--model", RESNET, "--runs", "2", "--json", json, "--html", html);
      expect(err).not.toMatch(/error/);
      expect(code).toBe(0);
      const record = checkProfileRecord(JSON.parse(readFileSync(json, "utf8")), json);
      assertSums(record);
      expect(record).toMatchObject({ macs: 12_501_632, runs: 2, counts: { unit: "instructions", exact: false } });
      expect(record.nodes).toHaveLength(16);
      const ticks = await ticksOf(readFileSync(RESNET), 3_072);
      // Kernels take about the same for each input.
      expect(Math.abs((record.counts?.total ?? 0) / ticks - 1)).toBeLessThan(0.01);
      expect(out).toMatch(/AVERAGE_POOL_2D[\s\S]*interpreter[\s\S]*arena used/);
      expect(readFileSync(html, "utf8")).toMatch(/<svg /);
    },
    TIMEOUT,
  );

  it(
    "of a small model is exact, the same each time, and what an inference counts",
    async () => {
      const { file } = mirrorModel(64, 16);
      const path = join(root, "mirror.tflite");
      writeFileSync(path, file);
      const [first, second] = [await cli("--model", path, "--json"), await cli("--model", path, "--json")];
      expect(second.out).toBe(first.out);
      const record = checkProfileRecord(JSON.parse(first.out), "console");
      assertSums(record);
      expect(record).toMatchObject({ runs: 40, input: { source: "random", seed: 1 }, counts: { exact: true } });
      const ticks = await ticksOf(file, 64);
      // A plain count has whole steps, and the reading of the clock in it.
      expect(Math.abs((record.counts?.total ?? 0) - ticks)).toBeLessThan(80);
    },
    TIMEOUT,
  );

  it(
    "on native names kernels and memory, and claims no time",
    async () => {
      const { code, out } = await cli("--board", "native", "--model", RESNET);
      expect(code).toBe(0);
      expect(out).toMatch(/FULLY_CONNECTED +1×10 +int8 +640 +\w+/);
      expect(out).toMatch(/Board native counts neither instructions nor cycles/);
      expect(out).not.toMatch(/instructions per MAC/);
    },
    TIMEOUT,
  );
});

describe("no profile", () => {
  it("of a board, model or file that there is not: exit code 2", async () => {
    expect(await cli("--board", "qemu-m77")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no board "qemu-m77"\nhint: Did you mean qemu-m7\?/),
    });
    expect(await cli("--model", "cifar10-resnet")).toMatchObject({ code: 2 });
    expect(await cli("--file", "int9")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no \.tflite with the role "int9"\nhint: Did you mean int8\?/),
    });
    expect(await cli("--model", RESNET, "--sample", "3")).toMatchObject({ code: 2 });
  });

  it(
    "of a model that the board refuses: exit code 4, with its reason",
    async () => {
      const model = readTflite(readFileSync(RESNET));
      const operators = model.operators.map((one) =>
        one.op === "ADD" ? { ...one, op: "FLOOR_DIV", options: null } : one,
      );
      const path = join(root, "operator.tflite");
      writeFileSync(path, writeTflite({ ...model, operators } as typeof model));
      const { code, err } = await cli("--board", "native", "--model", path);
      expect(err).toMatch(/cannot run the model: .*FLOOR_DIV/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "where the board is lost in the middle: exit code 3, and what happened",
    async () => {
      const ended = cli("--model", RESNET, "--runs", "1000");
      let emulators: number[] = [];
      while (emulators.length === 0) {
        await setTimeout(20);
        emulators = childrenOf(process.pid, "mps2-an500");
      }
      await setTimeout(1_000);
      for (const pid of emulators) process.kill(pid, "SIGKILL");
      const { code, err } = await ended;
      expect(err).toMatch(/error: board qemu-m7 went away .*ended by SIGKILL\nhint: /);
      expect(code).toBe(3);
    },
    TIMEOUT,
  );
});
