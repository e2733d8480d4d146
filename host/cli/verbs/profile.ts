/** `mcu-eval profile`: what each operator of a model costs on a board. */

import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { McuEvalError, nearestHint } from "../../core/index.js";
import type { ModelFile, ModelSource, ProfileRecord } from "../../data/index.js";
import type { Table } from "../../report/index.js";
import { wholeNumber } from "../arguments.js";
import { errLine, type Io, outLine } from "../io.js";
import { createProgress } from "../progress.js";
import { showTable } from "../result-tables.js";

interface ProfileFlags {
  readonly board: string;
  readonly model: string;
  readonly file?: string;
  readonly data?: string;
  readonly sample?: number;
  readonly seed: number;
  readonly runs?: number;
  readonly json?: string | true;
  readonly html?: string | true;
}

/** Adds the verb to the program. */
export function addProfile(program: Command, io: Io): void {
  program
    .command("profile")
    .description("count what each operator of a model costs on a board, and what memory it takes")
    .option("--board <id>", "board (see mcu-eval boards)", "qemu-m7")
    .option("--model <id>", "model folder, by id in models/ or by path, or a .tflite", "cifar10-resnet8")
    .option("--file <role>", "which .tflite of the folder, e.g. int8 or int16x8 (default: int8, else the first)")
    .option(
      "--data <source>",
      "data to take the input from, as of run (default: what the model was measured on, else random)",
    )
    .option("--sample <number>", "sample of that data (default: 0)", wholeNumber(0))
    .option("--seed <number>", "seed of a random input", wholeNumber(0), 1)
    .option("--runs <count>", "inferences to average (default: as many as make the counts exact)", wholeNumber(1))
    .option("--json [file]", "write the result as JSON (default: to the console, in place of the tables)")
    .option("--html [file]", "write a page with a bar chart (default: profile-<model>-<board>.html)")
    .action((flags: ProfileFlags) => run(flags, program.version() ?? "", io));
}

async function run(flags: ProfileFlags, version: string, io: Io): Promise<void> {
  const [{ readBoard }, { findModel, fileError, writeAtomic }, { readTflite }, { profileModel }, { profileInput }] =
    await Promise.all([
      import("../../device/index.js"),
      import("../../data/index.js"),
      import("../../tflite/index.js"),
      import("../../eval/index.js"),
      import("../profile-input.js"),
    ]);
  readBoard(flags.board);
  const source = await findModel(flags.model);
  const [role, file] = chosenFile(source, flags.file);
  const tflite = await readFile(file.path).catch((error: unknown) => {
    throw fileError(error, file.path);
  });
  const parsed = readTflite(tflite, file.path);
  const log = (line: string): void => errLine(io, line);
  const { bytes, record: input } = await profileInput(parsed, source.description, { ...flags, log });
  const progress = createProgress(io, { unit: "inferences" });
  let record: ProfileRecord;
  try {
    record = await profileModel({
      board: flags.board,
      tflite,
      model: { id: source.id, file: role, sha256: file.sha256, bytes: tflite.length },
      bytes,
      input,
      runs: flags.runs,
      version,
      signal: io.signal,
      progress: (done, total) => progress.update(done, total),
      log: (_, text) => progress.note(text),
    });
  } finally {
    progress.end();
  }
  const json = `${JSON.stringify(record, null, 2)}\n`;
  if (flags.json === true) io.out(json);
  else await present(record, io);
  if (typeof flags.json === "string") {
    await writeAtomic(flags.json, json);
    outLine(io, `json: ${flags.json}`);
  }
  if (flags.html !== undefined) {
    const { profilePage } = await import("../../report/index.js");
    const page = flags.html === true ? `profile-${source.id}-${flags.board}.html` : flags.html;
    await writeAtomic(page, await profilePage(record));
    // With JSON on the console, nothing else belongs there.
    (flags.json === true ? errLine : outLine)(io, `html: ${page}`);
  }
}

/** The .tflite that was asked for, or the one that devices run first. @throws McuEvalError USAGE, MODEL_UNSUPPORTED */
function chosenFile({ id, files }: ModelSource, wanted?: string): [string, ModelFile] {
  const runnable = Object.entries(files).filter(([, { name }]) => name.endsWith(".tflite"));
  const roles = runnable.map(([role]) => role);
  if (roles.length === 0 && files.tflite) return ["tflite", files.tflite];
  if (wanted !== undefined && !roles.includes(wanted)) {
    throw new McuEvalError("USAGE", `model ${id} has no .tflite with the role "${wanted}"`, {
      hint: nearestHint(wanted, roles),
    });
  }
  const chosen = runnable.find(([role]) => role === (wanted ?? "int8")) ?? runnable[0];
  if (chosen === undefined) {
    throw new McuEvalError("MODEL_UNSUPPORTED", `model ${id} has no .tflite that a board could run`, {
      hint: "Make one with mcu-eval quantize.",
    });
  }
  return chosen;
}

async function present(record: ProfileRecord, io: Io): Promise<void> {
  const { memoryTable, nodesTable, profileSentence, totalsTable } = await import("../../report/index.js");
  const tables = [nodesTable(record), totalsTable(record), memoryTable(record)];
  for (const table of tables.filter((one): one is Table => one !== null)) outLine(io, showTable(table));
  outLine(io, profileSentence(record));
}
