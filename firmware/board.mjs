#!/usr/bin/env node
// Turns boards/<id>.yaml into what the firmware's build reads:
//   board.mjs <id> <folder>   writes board.mk and board_config.h there
// Values are checked against boards/schema.json.

import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { parse } from "yaml";

const boards = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "boards");

function fail(message) {
  console.error(`board.mjs: ${message}`);
  process.exit(1);
}

function readBoard(id) {
  const known = fs.readdirSync(boards).flatMap((name) => (name.endsWith(".yaml") ? [name.slice(0, -5)] : []));
  if (!known.includes(id)) fail(`no board "${id}"; there are: ${known.join(", ")}`);
  const board = parse(fs.readFileSync(path.join(boards, `${id}.yaml`), "utf8"));
  const validate = new Ajv({ allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync(path.join(boards, "schema.json"), "utf8")),
  );
  if (!validate(board)) {
    const error = validate.errors[0];
    fail(`boards/${id}.yaml: ${error.instancePath || "/"} ${error.message}`);
  }
  if (board.id !== id) fail(`boards/${id}.yaml: id is "${board.id}", expected "${id}"`);
  return board;
}

const makeText = (board) => `FAMILY := ${board.build.family}
EMULATOR := ${board.emulator?.name ?? ""}
IMAGE := ${board.build.image}
CPU_FLAGS := ${board.build.cpu_flags.join(" ")}
MODEL_REGION_ADDRESS := ${board.model_region.address ?? 0}
MODEL_REGION_BYTES := ${board.model_region.bytes}
LINK_FLAGS := -DMCU_EVAL_MAX_FRAME=${board.link.max_frame} -DMCU_EVAL_RX_WINDOW=${board.link.rx_window}
`;

const headerText = (board) => `// Generated from boards/${board.id}.yaml.
#pragma once
#include <cstdint>
namespace mcu_eval::config {
constexpr char kBoardId[] = "${board.id}";
constexpr char kCore[] = "${board.core}";
constexpr uint32_t kClockHz = ${board.clock_hz};
constexpr uint32_t kArenaBytes = ${board.arena_bytes};
constexpr char kArenaPlacement[] = "${board.arena_placement}";
constexpr uint32_t kStagingBytes = ${board.staging_bytes};
constexpr uintptr_t kModelRegionAddress = ${board.model_region.address ?? 0};
constexpr uint32_t kModelRegionBytes = ${board.model_region.bytes};
constexpr uint32_t kInstructionsPerTick = ${board.cycle_counter?.instructions_per_tick ?? 0};
}  // namespace mcu_eval::config
`;

/** Keeps the time stamp of an unchanged file, so that nothing is rebuilt for it. */
function update(file, text) {
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) fs.writeFileSync(file, text);
}

const [id, folder] = process.argv.slice(2);
if (!id || !folder) fail("usage: board.mjs <id> <folder>");
const board = readBoard(id);
fs.mkdirSync(folder, { recursive: true });
update(path.join(folder, "board.mk"), makeText(board));
update(path.join(folder, "board_config.h"), headerText(board));
