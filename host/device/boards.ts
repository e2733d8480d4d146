/** Board files: boards/<id>.yaml, checked against boards/schema.json. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { McuEvalError, messageOf, nearestHint } from "../core/index.js";

export interface Board {
  readonly id: string;
  readonly name: string;
  readonly kind: "native" | "emulated" | "real";
  readonly mcu: string;
  readonly core: string;
  /** 0 where no claim is made. */
  readonly clock_hz: number;
  readonly flash_bytes: number;
  readonly ram_bytes: number;
  /** address is null where the process maps a file. */
  readonly model_region: { readonly address: number | null; readonly bytes: number };
  readonly arena_bytes: number;
  readonly arena_placement: string;
  readonly staging_bytes: number;
  readonly link: {
    readonly transport: "stdio" | "serial" | "socket";
    readonly max_frame: number;
    readonly rx_window: number;
  };
  readonly build: { readonly family: string; readonly image: string; readonly cpu_flags: readonly string[] };
  readonly cycle_counter: {
    readonly clock_source: string;
    readonly unit: "cycles" | "instructions";
    readonly timer: string;
    readonly instructions_per_tick?: number;
  } | null;
  readonly emulator: { readonly name: string; readonly program: string; readonly debian_package: string | null } | null;
  /** The process that is the board; null for a real one. */
  readonly launch: {
    readonly program: string;
    readonly args: readonly string[];
    readonly ignore_stderr: readonly string[];
  } | null;
  readonly verified: { readonly date: string; readonly by: string; readonly firmware: string } | null;
  readonly sources: readonly string[];
}

/** Two folders above both host/device/ (sources) and dist/device/ (compiled). */
const PACKAGE = new URL("../../", import.meta.url);
const BOARDS = new URL("boards/", PACKAGE);

/** The ids of all boards, sorted. */
export function boardIds(): string[] {
  return readdirSync(BOARDS)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

/**
 * Reads one board file.
 *
 * @throws McuEvalError BOARD_UNKNOWN, FILE_INVALID
 */
export function readBoard(id: string): Board {
  const known = boardIds();
  if (!known.includes(id)) {
    throw new McuEvalError("BOARD_UNKNOWN", `there is no board "${id}"`, { hint: nearestHint(id, known) });
  }
  const file = `boards/${id}.yaml`;
  let content: unknown;
  try {
    content = parse(readFileSync(new URL(`${id}.yaml`, BOARDS), "utf8"));
  } catch (error) {
    throw new McuEvalError("FILE_INVALID", `${file} is not YAML: ${messageOf(error)}`, { cause: error });
  }
  const schema = JSON.parse(readFileSync(new URL("schema.json", BOARDS), "utf8")) as object;
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  if (!ajv.validate(schema, content)) {
    throw new McuEvalError("FILE_INVALID", `${file} does not follow boards/schema.json: ${ajv.errorsText()}`);
  }
  const board = content as Board;
  if (board.id !== id) {
    throw new McuEvalError("FILE_INVALID", `${file} calls its board "${board.id}", expected "${id}" as in its name`);
  }
  return board;
}

/** Where `make firmware` puts a board's image. */
export function imagePath(board: Board): string {
  return fileURLToPath(new URL(`build/firmware/${board.id}/${board.build.image}`, PACKAGE));
}
