/** `mcu-eval boards`: the boards there are. */

import { existsSync } from "node:fs";
import type { Command } from "commander";
import { type Io, outLine } from "../io.js";
import { textTable } from "../table.js";

/** Adds the verb to the program. */
export function addBoards(program: Command, io: Io): void {
  program
    .command("boards")
    .description("list the boards, what they are, and whether their firmware is built")
    .option("--json", "print the board files as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { boardIds, imagePath, readBoard } = await import("../../device/index.js");
      const boards = boardIds().map((id) => {
        const board = readBoard(id);
        const image = imagePath(board);
        return { ...board, image: existsSync(image) ? image : null };
      });
      if (json) {
        outLine(io, JSON.stringify({ boards }, null, 2));
        return;
      }
      const left = (title: string) => ({ title, align: "left" as const });
      const right = (title: string) => ({ title, align: "right" as const });
      const columns = [
        left("id"),
        left("kind"),
        left("core"),
        right("clock"),
        right("arena"),
        left("counts"),
        left("firmware"),
        left("name"),
      ];
      const rows = boards.map((board) => [
        board.id,
        board.kind,
        board.core,
        board.clock_hz > 0 ? `${board.clock_hz / 1e6} MHz` : "",
        `${board.arena_bytes / 1024} KB`,
        board.cycle_counter?.unit ?? "",
        board.image === null ? "not built" : "built",
        board.name,
      ]);
      io.out(textTable(columns, rows));
    });
}
