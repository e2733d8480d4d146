/** The command that makes a run again. */

import type { AttackSettings, RunManifest } from "../data/index.js";

/** `mcu-eval run …` with every setting that the results depend on, one a line. */
export function repeatCommand({ settings }: RunManifest): string {
  const { board, transport, model, float, data, offset, n, seed, batch, grid, oracle, attacks } = settings;
  const [first] = attacks;
  const budgets = attacks.find(({ eps }) => eps.length > 0)?.eps.map(({ entered }) => entered);
  const flags: [string, string | number | undefined][] = [
    ["--board", board],
    ["--transport", transport],
    ["--model", model],
    ["--float", float],
    ["--data", data],
    ["--first", offset === 0 ? undefined : offset],
    ["-n", n],
    ...attacks.map((attack): [string, string] => ["--attack", attackArgument(attack)]),
    ["--eps", budgets?.join(",")],
    ["--norm", first?.norm],
    ["--goal", first?.goal === "targeted" ? `targeted:${first.target}` : undefined],
    ["--oracle", oracle],
    ["--seed", seed],
    ["--batch", batch],
  ];
  const words = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quoted(String(value))}`]));
  return ["mcu-eval run", ...words, ...(grid ? ["--grid"] : [])].join(" \\\n  ");
}

function attackArgument({ id, params }: AttackSettings): string {
  const all = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return all.length > 0 ? `${id}:${all.join(",")}` : id;
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
