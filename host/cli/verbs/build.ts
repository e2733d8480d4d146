/** `mcu-eval build`: the firmware image of one board. */

import { spawn } from "node:child_process";
import type { Command } from "commander";
import { McuEvalError } from "../../core/index.js";
import { type Io, outLine } from "../io.js";
import { PACKAGE_ROOT } from "../root.js";

/** Lines of the compiler's output that an error shows. */
const TAIL = 15;

/** Adds the verb to the program. */
export function addBuild(program: Command, io: Io): void {
  program
    .command("build")
    .description("build the firmware image of a board (the same as make firmware BOARD=<id>)")
    .option("--board <id>", "board (see mcu-eval boards)", "qemu-m7")
    .option("-v, --verbose", "show what the compiler says")
    .action(async ({ board: id, verbose }: { board: string; verbose?: boolean }) => {
      const { imagePath, readBoard } = await import("../../device/index.js");
      const board = readBoard(id);
      const tail = await make(["-C", "firmware", "--no-print-directory", `BOARD=${board.id}`], io, verbose ?? false);
      if (tail !== null) {
        throw new McuEvalError("BUILD_FAILED", `the firmware of board ${board.id} could not be built:\n${tail}`, {
          hint: "`mcu-eval doctor` says which tools are missing; --verbose shows the whole output.",
        });
      }
      outLine(io, imagePath(board));
    });
}

/** Runs make in the package. @returns null, or the end of its output where it failed */
async function make(args: readonly string[], io: Io, verbose: boolean): Promise<string | null> {
  const child = spawn("make", args, { cwd: PACKAGE_ROOT, stdio: ["ignore", "pipe", "pipe"], signal: io.signal });
  const output: string[] = [];
  const keep = (bytes: Buffer): void => {
    output.push(bytes.toString());
    if (verbose) io.err(bytes.toString());
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (io.signal.aborted) reject(new McuEvalError("INTERRUPTED", "the build was interrupted", { cause: error }));
      else if (error.code === "ENOENT")
        reject(new McuEvalError("TOOL_MISSING", "make is not installed", { hint: "apt-get install make" }));
      else reject(error);
    });
  });
  if (code === 0) return null;
  return output.join("").trimEnd().split("\n").slice(-TAIL).join("\n");
}
