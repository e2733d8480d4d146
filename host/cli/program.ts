/** The command line as a whole: its verbs, its help, and one run of it. */

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { EXIT, type ExitCode } from "../core/index.js";
import { reportFailure } from "./failure.js";
import type { Io } from "./io.js";
import { PACKAGE_ROOT } from "./root.js";
import { addAttack } from "./verbs/attack.js";
import { addBoards } from "./verbs/boards.js";
import { addBuild } from "./verbs/build.js";
import { addDoctor } from "./verbs/doctor.js";
import { addProfile } from "./verbs/profile.js";
import { addQuantize } from "./verbs/quantize.js";
import { addReport } from "./verbs/report.js";
import { addRun } from "./verbs/run.js";
import { addTrain } from "./verbs/train.js";

const EXIT_CODES = `
Exit codes:
  0    done
  1    a bug of mcu-eval
  2    wrong usage: a flag, an unknown board or model, a run folder in the way
  3    the device, emulator, link or a tool failed
  4    data, model or file not usable
  5    a result below a --require threshold
  130  interrupted; a run continues with --resume`;

/** This package's version. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(`${PACKAGE_ROOT}/package.json`, "utf8")) as { version: string };
  return manifest.version;
}

/** The commander program with all verbs; a verb loads the rooms it needs when it runs, not before. */
export function buildProgram(io: Io): Command {
  const program = new Command("mcu-eval")
    .description("Measures whether adversarial examples made on a PC fool the model on the microcontroller.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError("hint: --help lists what is accepted.")
    .configureHelp({ helpWidth: 110 })
    .addHelpText("after", EXIT_CODES);
  for (const add of [addRun, addAttack, addTrain, addQuantize, addProfile, addBuild, addBoards, addDoctor, addReport])
    add(program, io);
  return program;
}

/** Runs one command line. @param args without the program's name @returns the process's exit code */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await buildProgram(io).parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return reportFailure(error, io);
  }
}
