/** Starts the process that is a native or emulated board. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { McuEvalError, messageOf } from "../core/index.js";
import { findProgram, openStdioPort, type Port } from "../link/index.js";
import { type Board, imagePath } from "./boards.js";

export interface LaunchOptions {
  /** What the model region holds: composeRegion() or emptyRegion(). */
  readonly region: Uint8Array;
  /** Another image than the one that `make firmware` built. */
  readonly firmware?: string;
  /** Lines that the process writes to its stderr. */
  readonly onText?: (line: string) => void;
}

/**
 * Starts a board's process; closing the port ends it and removes what it needed.
 *
 * @throws McuEvalError TOOL_MISSING, DEVICE_OPEN, WRITE_FAILED
 */
export function launchBoard(board: Board, options: LaunchOptions): Port {
  const { launch } = board;
  if (launch === null || board.link.transport !== "stdio") {
    throw new McuEvalError("DEVICE_OPEN", `board ${board.id} is no process that can be started here`, {
      hint: "Choose a native or emulated board.",
    });
  }
  const firmware = options.firmware ?? imagePath(board);
  if (!existsSync(firmware)) {
    throw new McuEvalError("DEVICE_OPEN", `the firmware of board ${board.id} is not built: ${firmware} is missing`, {
      hint: `Run: make firmware BOARD=${board.id}`,
    });
  }
  // Functions, because a $ in a replacement has a meaning of its own.
  const program = launch.program.replaceAll("{firmware}", () => firmware);
  if (findProgram(program) === null) throw missing(board, program);
  const folder = writeRegion(options.region);
  const model = join(folder, "region.bin");
  const fill = (arg: string): string => {
    // QEMU reads a comma in an option's value as the next option, and two as a comma.
    const path = arg === "{model_region}" ? model : model.replaceAll(",", ",,");
    return arg
      .replaceAll("{firmware}", () => firmware)
      .replaceAll("{model_region_address}", `0x${(board.model_region.address ?? 0).toString(16)}`)
      .replaceAll("{model_region}", () => path);
  };
  const port = openStdioPort({
    command: program,
    args: launch.args.map(fill),
    description: `board ${board.id}`,
    ignore: (line) => launch.ignore_stderr.some((part) => line.includes(part)),
    ...(options.onText ? { onText: options.onText } : {}),
  });
  return { ...bind(port), close: () => port.close().finally(() => rmSync(folder, { recursive: true, force: true })) };
}

/** The port's members as plain fields, so that one of them can be replaced. */
function bind(port: Port): Port {
  return {
    description: port.description,
    baud: port.baud,
    listen: (listener) => port.listen(listener),
    write: (bytes) => port.write(bytes),
    close: () => port.close(),
  };
}

function missing(board: Board, program: string): McuEvalError {
  const pack = board.emulator?.debian_package;
  return new McuEvalError("TOOL_MISSING", `board ${board.id} needs ${program}, which is not installed`, {
    hint: pack ? `Run: apt-get install --no-install-recommends ${pack}` : `Install ${program} and put it on PATH.`,
  });
}

function writeRegion(region: Uint8Array): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), "mcu-eval-"));
    writeFileSync(join(folder, "region.bin"), region);
    return folder;
  } catch (error) {
    throw new McuEvalError("WRITE_FAILED", `cannot write the model for the board: ${messageOf(error)}`, {
      hint: `Free some space in ${tmpdir()}, or point TMPDIR elsewhere.`,
      cause: error,
    });
  }
}
