import { CommanderError } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { reportFailure } from "../../../host/cli/failure.js";
import { type ErrorCode, McuEvalError } from "../../../host/core/index.js";
import { captured } from "./captured.js";

afterEach(() => vi.unstubAllEnvs());

describe("reportFailure", () => {
  it.each<[ErrorCode, number]>([
    ["USAGE", 2],
    ["BOARD_UNKNOWN", 2],
    ["DEVICE_LOST", 3],
    ["TOOL_MISSING", 3],
    ["DATA_MISMATCH", 4],
    ["WRITE_FAILED", 4],
    ["REQUIREMENT", 5],
    ["INTERRUPTED", 130],
  ])("%s ends with %d, message and hint", (code, exitCode) => {
    const io = captured();
    expect(reportFailure(new McuEvalError(code, "it failed", { hint: "do this" }), io)).toBe(exitCode);
    expect(io.errText()).toBe("error: it failed\nhint: do this\n");
    expect(io.outText()).toBe("");
  });

  it("calls everything else a bug, with the stack on request only", () => {
    for (const error of [new TypeError("x is undefined"), new McuEvalError("INTERNAL", "x is undefined")]) {
      const io = captured();
      expect(reportFailure(error, io)).toBe(1);
      expect(io.errText()).toMatch(/^error: x is undefined\nhint: this is a bug of mcu-eval/);
      expect(io.errText()).not.toMatch(/^ +at /m);
    }
    vi.stubEnv("MCU_EVAL_DEBUG", "1");
    const io = captured();
    reportFailure(new Error("outer", { cause: new Error("inner") }), io);
    expect(io.errText()).toMatch(/^ +at /m);
    expect(io.errText()).toMatch(/Error: inner/);
  });

  it("adds nothing to what commander has printed", () => {
    const io = captured();
    expect(reportFailure(new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), io)).toBe(0);
    expect(reportFailure(new CommanderError(1, "commander.unknownOption", "error: unknown option"), io)).toBe(2);
    expect(io.errText()).toBe("");
  });
});
