/** What went wrong with a board, in words. */

import { McuEvalError } from "../core/index.js";
import { type PortEnd, wire } from "../link/index.js";
import { type Fault, type Hello, nameOf } from "./hello.js";

/** The port ended while the board was in use. */
export function deviceLost(what: string, doing: string, end: PortEnd): McuEvalError {
  const words = end.tail === "" ? "" : `; its last words: ${end.tail.split("\n").slice(-5).join(" | ")}`;
  return new McuEvalError("DEVICE_LOST", `${what} went away ${doing}: ${end.reason}${words}`, {
    hint: "Nothing that was finished is lost: start again, or go on with --resume.",
  });
}

function describeFault(fault: Fault): string {
  const at = [
    `pc 0x${fault.pc.toString(16)}`,
    `lr 0x${fault.lr.toString(16)}`,
    `status 0x${fault.status.toString(16)}`,
  ];
  if (fault.address !== 0) at.push(`address 0x${fault.address.toString(16)}`);
  return `${fault.kind} (${at.join(", ")})${fault.seq === 0 ? "" : ` while it served request ${fault.seq}`}`;
}

/** The board has booted anew in the middle of a session. */
export function deviceReset(what: string, hello: Hello): McuEvalError {
  // An older fault is told until the next power-on.
  const byFault = hello.resetCause === "FAULT_RESET" || hello.resetCause === "WATCHDOG";
  if (hello.fault === null || !byFault) {
    return new McuEvalError("DEVICE_LOST", `${what} was reset in the middle of a run (${hello.resetCause})`, {
      hint: "Check its power and its reset line, then go on with --resume.",
    });
  }
  return new McuEvalError("DEVICE_FAULT", `${what} was reset by a fault: ${describeFault(hello.fault)}`, {
    hint: `Look up the addresses in the image of firmware ${hello.firmware} with addr2line.`,
  });
}

/** The board speaks another protocol version. */
export function otherProtocol(what: string, device: number, host: number): McuEvalError {
  return new McuEvalError("LINK_VERSION", `${what} speaks protocol version ${device}, this host version ${host}`, {
    hint: device < host ? "Build and flash its firmware anew." : "Use the mcu-eval that its firmware was built with.",
  });
}

/** The board announces what no board may. */
export function brokenHello(what: string, broken: string): McuEvalError {
  return new McuEvalError("LINK_CORRUPT", `${what} announces ${broken}`, {
    hint: "That is a defect of its firmware: build and flash it anew.",
  });
}

/** The board's firmware is older than profiles, or has no room for them. */
export function noProfile(what: string, hello: Hello): McuEvalError {
  return new McuEvalError("DEVICE_ERROR", `${what} runs firmware ${hello.firmware}, which cannot profile`, {
    hint: `Build and flash the firmware of this version: mcu-eval build --board ${hello.board}`,
  });
}

/** The board answered, but not what was asked. */
export function corruptReply(what: string, sent: string): McuEvalError {
  return new McuEvalError("LINK_CORRUPT", `${what} sent ${sent}`, {
    hint: "If it happens again, it is a defect of the firmware or of this host: please report it.",
  });
}

/** The board answered a request with an error. */
export function deviceError(what: string, request: string, error: wire.Error): McuEvalError {
  const detail = error.detail === "" ? "" : `: ${error.detail}`;
  return new McuEvalError(
    "DEVICE_ERROR",
    `${what} answered ${request} with ${nameOf(wire.ErrorCode, error.code)}${detail}`,
  );
}

/** Why a board with this Hello cannot run its model, or null when it can. */
export function modelFailure(what: string, hello: Hello): McuEvalError | null {
  const why = `${what} cannot run the model: ${hello.status}${hello.statusDetail === "" ? "" : `, ${hello.statusDetail}`}`;
  switch (hello.status) {
    case "READY":
      return null;
    case "ARENA_TOO_SMALL":
    case "STAGING_TOO_SMALL":
      return new McuEvalError("MODEL_TOO_LARGE", why, { hint: "Choose a smaller model, or a board with more memory." });
    case "NO_MODEL":
      return new McuEvalError("DEVICE_OPEN", why, { hint: "Write a model to its model region first." });
    case "MODEL_CRC":
      return new McuEvalError("HASH_MISMATCH", why, { hint: "Write the model to the board again." });
    default:
      return new McuEvalError("MODEL_UNSUPPORTED", why, { hint: "See mcu-eval inspect for the model's operators." });
  }
}
