import { describe, expect, it } from "vitest";
import { ERROR_CODES, EXIT, isMcuEvalError, McuEvalError, messageOf } from "../../../host/core/index.js";

describe("McuEvalError", () => {
  it("carries message, hint, cause and the exit code of its code", () => {
    const cause = new Error("ENOSPC");
    const error = new McuEvalError("WRITE_FAILED", "disk full", { hint: "make room", cause });
    expect(error).toMatchObject({ message: "disk full", hint: "make room", cause, exitCode: EXIT.data });
    expect(new McuEvalError("USAGE", "no")).not.toHaveProperty("cause");
  });

  it("is told from other errors, and by code", () => {
    const error = new McuEvalError("EPS_INVALID", "no");
    expect(isMcuEvalError(error)).toBe(true);
    expect(isMcuEvalError(error, "USAGE", "EPS_INVALID")).toBe(true);
    expect(isMcuEvalError(error, "USAGE")).toBe(false);
    expect(isMcuEvalError(new Error("no"))).toBe(false);
  });

  it("has documented exit codes only, and no failure that looks like success", () => {
    expect(new Set(Object.values(ERROR_CODES))).toEqual(new Set([1, 2, 3, 4, 5, 130]));
  });
});

describe("messageOf", () => {
  it("reads errors and anything else thrown", () => {
    expect([messageOf(new Error("a")), messageOf("b"), messageOf(3)]).toEqual(["a", "b", "3"]);
  });
});
