/** `mcu-eval report`: writes a run folder's reports again. */

import type { Command } from "commander";
import { type Io, outLine } from "../io.js";

/** Adds the verb to the program. */
export function addReport(program: Command, io: Io): void {
  program
    .command("report")
    .description("write the reports of a run folder again, from its files alone")
    .argument("<folder>", "run folder")
    .option("--junit [file]", "write JUnit XML too (default: junit.xml in the run folder)")
    .action(async (folder: string, { junit }: { junit?: string | true }) => {
      const { writeReports } = await import("../../report/index.js");
      const paths = await writeReports(folder, { junit: junit === true ? `${folder}/junit.xml` : junit });
      for (const path of Object.values(paths)) outLine(io, path);
    });
}
