/** Reads a run folder: for reports, for resuming, and for other tools. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { McuEvalError, messageOf } from "../core/index.js";
import { fileError } from "./file-error.js";
import { readJournal } from "./journal.js";
import { type Npy, readNpy } from "./npy.js";
import { checkRunManifest, RUN_SCHEMA, type RunManifest } from "./run-manifest.js";
import { checkSampleRecord, type SampleRecord } from "./run-record.js";

export const MANIFEST_FILE = "run.json";
export const SAMPLES_FILE = "samples.jsonl";

/** @throws McuEvalError FILE_MISSING, FILE_INVALID */
export async function readManifest(folder: string): Promise<RunManifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, path);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new McuEvalError("FILE_INVALID", `${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema === "number" && schema > RUN_SCHEMA) {
    throw new McuEvalError("FILE_INVALID", `${path} has schema ${schema}, this version reads up to ${RUN_SCHEMA}`, {
      hint: "Read it with the version of mcu-eval that wrote it, or a newer one.",
    });
  }
  return checkRunManifest(value, path);
}

/** All records, in plan order. @throws McuEvalError FILE_MISSING, FILE_INVALID naming the line */
export async function readSamples(folder: string): Promise<SampleRecord[]> {
  return readJournal(join(folder, SAMPLES_FILE), (value) => checkSampleRecord(value, "record"));
}

/** The inputs of a condition: before rounding ("float") or as grid integers ("grid"), [n, ...model input]. */
export async function readRunInputs(
  folder: string,
  manifest: RunManifest,
  condition: number,
  which: "float" | "grid",
): Promise<Npy> {
  const found = manifest.conditions[condition];
  if (found === undefined) {
    throw new McuEvalError(
      "INTERNAL",
      `${folder} has ${manifest.conditions.length} conditions, ${condition} was asked for`,
    );
  }
  return readNpy(join(folder, found.inputs[which]));
}
