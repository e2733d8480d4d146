/** `mcu-eval attack`: the attacks there are, with their parameters. */

import type { Command } from "commander";
import { McuEvalError } from "../../core/index.js";
import { type Io, outLine } from "../io.js";

/** Adds the verb to the program. */
export function addAttack(program: Command, io: Io): void {
  program
    .command("attack")
    .description("list the attacks and the parameters that --attack takes")
    .argument("[id]", "show one attack only")
    .option("--list", "list all of them")
    .action(async (id: string | undefined, { list }: { list?: boolean }) => {
      if (id === undefined && !list) {
        throw new McuEvalError("USAGE", "no attack is named", {
          hint: "`mcu-eval attack --list` lists them; `mcu-eval run --attack <id>` runs one.",
        });
      }
      const { ATTACKS, attackById, flagName } = await import("../../attacks/index.js");
      for (const { id: name, title, source, family, norms, needs, params } of id === undefined
        ? ATTACKS
        : [attackById(id)]) {
        outLine(io, `${name}  ${title} (${source})`);
        outLine(io, `    family ${family}; needs ${needs}; norms ${norms.join(", ")}`);
        for (const [key, param] of Object.entries(params)) {
          outLine(io, `    ${flagName(key)}=${param.default}  ${param.help}`);
          outLine(io, `        ${param.source}; ${param.reason}`);
        }
      }
    });
}
