import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../../../host/cli/program.js";
import { findModel } from "../../../host/data/index.js";
import { inputGrid, readTflite } from "../../../host/tflite/index.js";
import { captured } from "./captured.js";

const folder = mkdtempSync(join(tmpdir(), "mcu-eval-quantize-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("mcu-eval quantize", () => {
  it.each([
    { flags: [], input: { type: "int8", zeroPoint: -128 }, bias: "int32" },
    { flags: ["--type", "int8"], input: { type: "int8", zeroPoint: -128 }, bias: "int32" },
    { flags: ["--type", "int16x8"], input: { type: "int16", zeroPoint: 0 }, bias: "int64" },
  ])("with $flags writes a file of input $input.type and biases $bias", async ({ flags, input, bias }) => {
    const { files } = await findModel("cifar10-resnet8");
    const out = join(folder, "made.tflite");
    const io = captured();
    expect(await runCli(["quantize", files.float?.path ?? "", "-n", "10", "--out", out, ...flags], io)).toBe(0);
    expect(io.outText()).toBe(`${out}\n`);
    expect(io.errText()).toMatch(/calibrated on 10 images/);
    const model = readTflite(readFileSync(out));
    expect(inputGrid(model)).toMatchObject(input);
    expect(model.tensors.find(({ name }) => name === "stem/bias")?.type).toBe(bias);
  });
});
