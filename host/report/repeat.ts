/** The command that makes a run again. */

import type { AttackSettings, RunManifest } from "../data/index.js";

/** `mcu-eval run …` with every setting that the results depend on, one a line. */
export function repeatCommand({ settings, measures }: RunManifest): string {
  const { board, transport, model, float, data, offset, n, seed, batch, grid, max_minutes, attacks } = settings;
  const flags: [string, string | number | undefined][] = [
    ["--board", board],
    ["--transport", transport],
    ["--model", model],
    ["--float", float],
    ["--data", data],
    ["--first", offset === 0 ? undefined : offset],
    ["-n", n],
    ...attacks.map((attack): [string, string] => ["--attack", attackArgument(attack)]),
    ["--source", firstOf(attacks, ({ source }) => (source === "float" ? undefined : source))],
    ["--oracle", firstOf(attacks, ({ oracle }) => (oracle === "float" ? undefined : oracle))],
    ["--oracle-scores", firstOf(attacks, ({ scores }) => (scores === "output" ? undefined : scores))],
    ["--max-queries", firstOf(attacks, ({ budget }) => budget)],
    ["--max-minutes", max_minutes],
    ["--finish-on", firstOf(attacks, ({ finish_on }) => finish_on)],
    ["--seed", seed],
    ["--batch", batch],
  ];
  const words = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quoted(String(value))}`]));
  return ["mcu-eval run", ...words, ...(grid ? ["--grid"] : []), ...(measures ? ["--measures"] : [])].join(" \\\n  ");
}

/** What one flag said for all attacks it applies to. */
function firstOf<T>(
  attacks: readonly AttackSettings[],
  pick: (attack: AttackSettings) => T | undefined,
): T | undefined {
  return attacks.map(pick).find((value) => value !== undefined);
}

/** With norm, budgets and goal of its own, since they may differ from attack to attack. */
function attackArgument({ id, params, norm, eps, goal, target }: AttackSettings): string {
  const all = [
    ...Object.entries(params),
    ["norm", norm],
    ...(eps.length > 0 ? [["eps", eps.map(({ entered }) => entered).join("+")]] : []),
    ...(goal === "targeted" ? [["goal", `targeted:${target}`]] : []),
  ];
  return `${id}:${all.map(([name, value]) => `${name}=${value}`).join(",")}`;
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
