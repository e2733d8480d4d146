/** `mcu-eval attack`: the attacks there are, with their parameters, and the presets. */

import type { Command } from "commander";
import { McuEvalError } from "../../core/index.js";
import { type Io, outLine } from "../io.js";

interface AttackFlags {
  readonly list?: boolean;
  readonly preset?: string;
}

/** Adds the verb to the program. */
export function addAttack(program: Command, io: Io): void {
  program
    .command("attack")
    .description("list the attacks and the parameters that --attack takes")
    .argument("[id]", "show one attack in full")
    .option("--list", "list all of them")
    .option("--preset <id>", "with --list: what the preset sets")
    .action((id: string | undefined, flags: AttackFlags) => show(id, flags, io));
}

async function show(id: string | undefined, { list, preset }: AttackFlags, io: Io): Promise<void> {
  const [{ ATTACKS, attackById, PRESETS, presetById }, { attackDetails, attackTable, presetTable }] = await Promise.all(
    [import("../../attacks/index.js"), import("../attack-tables.js")],
  );
  if (id !== undefined && preset !== undefined) {
    throw new McuEvalError("USAGE", `an attack and the preset ${preset} are both named`, {
      hint: "`mcu-eval attack <id>` shows an attack, `mcu-eval attack --list --preset <id>` a preset.",
    });
  }
  if (id !== undefined) return io.out(attackDetails(attackById(id)));
  if (preset !== undefined) return io.out(presetTable(presetById(preset)));
  if (!list) {
    throw new McuEvalError("USAGE", "no attack is named", {
      hint: "`mcu-eval attack --list` lists them; `mcu-eval run --attack <id>` runs one.",
    });
  }
  io.out(attackTable(ATTACKS));
  outLine(io);
  outLine(io, `presets: ${PRESETS.map((one) => one.id).join(", ")}`);
  outLine(io, "mcu-eval attack <id> shows one in full; mcu-eval attack --list --preset <id> what a preset sets.");
}
