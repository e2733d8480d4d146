// Instructions of one inference on the emulated boards, beside those stored in baseline.json.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { imagePath, openDevice, readBoard } from "../../dist/device/index.js";
import { BOARDS, INSTRUCTIONS, RISE } from "./bench-bars.mjs";
import { inputsOf } from "./bench-nets.mjs";

const file = path.join(import.meta.dirname, "baseline.json");

/** Why a board cannot be measured here, or null. */
export function missing(board) {
  if (existsSync(imagePath(readBoard(board)))) return null;
  return `its firmware is not built (make firmware BOARD=${board})`;
}

async function instructionsOf(board, net) {
  const { model, rows } = inputsOf(net);
  const device = await openDevice({ board, model });
  try {
    const counts = [];
    for (let sample = 0; sample < 2; sample++) {
      const { ticks } = await device.infer({ sample, input: rows[0], mode: "exclusive" });
      counts.push(ticks);
    }
    if (counts[0] !== counts[1]) throw new Error(`${board}, ${net.name}: ${counts.join(" and ")} instructions`);
    return counts[0];
  } finally {
    await device.close();
  }
}

function compilerVersion() {
  return execFileSync("arm-none-eabi-gcc", ["-dumpfullversion"], { encoding: "utf8" }).trim();
}

/**
 * Measures each network on each board.
 *
 * @returns rows of the table with what baseline.json has, and a note where it is of another compiler
 */
export async function instructions(boards, nets, update) {
  const compiler = compilerVersion();
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { compiler, models: {}, boards: {} };
  if (update && stored.compiler !== compiler) Object.assign(stored, { compiler, models: {}, boards: {} });
  const comparable = stored.compiler === compiler;
  const rows = [];
  for (const net of nets) {
    const same = stored.models[net.name] === net.sha256;
    // Counts of another model must not stay under the new one's hash, on boards that are not measured here either.
    if (update && !same) for (const counts of Object.values(stored.boards)) delete counts[net.name];
    for (const board of boards) {
      const before = comparable && same ? stored.boards[board]?.[net.name] : undefined;
      const row = { board, net, stored: before, ...INSTRUCTIONS[net.name]?.[BOARDS[board]] };
      try {
        row.count = await instructionsOf(board, net);
        if (update) stored.boards[board] = { ...stored.boards[board], [net.name]: row.count };
      } catch (error) {
        if (error.code !== "MODEL_UNSUPPORTED") throw error;
        row.refused = error.message;
      }
      rows.push(row);
    }
    if (update) stored.models[net.name] = net.sha256;
  }
  if (update) writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`);
  const note = comparable ? null : `baseline.json is of gcc ${stored.compiler}, this is ${compiler}: not compared`;
  return { rows, note };
}

/** How a count compares with the stored one. */
export function verdictOf({ count, stored, refused }, comparable) {
  if (refused !== undefined) return "REFUSED";
  if (!comparable) return "not compared";
  if (stored === undefined) return "not stored";
  const change = count / stored - 1;
  if (change > RISE) return "ROSE";
  return change === 0 ? "same" : `${change > 0 ? "+" : ""}${(100 * change).toFixed(2)} %`;
}
