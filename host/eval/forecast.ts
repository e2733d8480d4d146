/** How long oracles will be asked, said before it begins. */

import { mostFinishQueries } from "../attacks/index.js";
import { type ModelShape, roughDuration } from "../core/index.js";
import type { OracleName } from "../data/index.js";
import { finishOracleOf } from "./boxes.js";
import type { ChosenAttack } from "./choose.js";

/** One attack that asks oracles, with the images that are left for it. */
export interface Ahead {
  readonly chosen: ChosenAttack;
  readonly images: number;
}

/** Seconds a query takes, by oracle. */
export type QuerySeconds = Readonly<Partial<Record<OracleName, number>>>;

/** A limit that is offered where none was given. */
const OFFERED = 200;
/** Forecasts below it, in seconds, need no offer. */
const PATIENCE = 600;

interface Row {
  readonly line: string;
  readonly seconds: number;
}

/**
 * One line for each attack's search and one for its grid finish, as far as they ask an oracle: the most that
 * may be asked, and the time that takes. Both are bounds, which a run may stay far below.
 *
 * @param perQuery measured, for every oracle of `oraclesOf`
 * @param maxMinutes limit of all oracle work
 */
export function forecastLines(
  ahead: readonly Ahead[],
  model: ModelShape,
  perQuery: QuerySeconds,
  maxMinutes?: number,
): string[] {
  const rows = ahead.flatMap((one) => [...searchRows(one, model, perQuery), ...finishRows(one, perQuery)]);
  const lines = rows.map(({ line }) => line);
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  if (rows.length > 1) lines.push(`forecast: all of them: at most ${roughDuration(total)}`);
  if (maxMinutes !== undefined && total > maxMinutes * 60) {
    const end = roughDuration(maxMinutes * 60);
    lines.push(`forecast: --max-minutes ends it after ${end}, and what is cut short cannot be reproduced`);
  }
  return lines;
}

/** The oracles that are asked. */
export function oraclesOf(ahead: readonly Ahead[]): OracleName[] {
  return [
    ...new Set(
      ahead.flatMap(({ chosen: { settings } }) => {
        const named = [settings.oracle, finishOracleOf(settings)];
        return named.filter((name) => name !== undefined);
      }),
    ),
  ];
}

function searchRows({ chosen, images }: Ahead, model: ModelShape, perQuery: QuerySeconds): Row[] {
  const { attack, params, settings } = chosen;
  if (settings.oracle === undefined) return [];
  const each = perQuery[settings.oracle] ?? 0;
  const one = attack.mostQueries?.(params, model);
  const unlimited = one === undefined ? undefined : one * Math.max(1, settings.eps.length);
  const queries = within(unlimited ?? Number.POSITIVE_INFINITY, settings.budget);
  const row = rowOf(`${attack.id} (${settings.norm})`, queries, images, each);
  const offers = settings.budget === undefined && row.seconds > PATIENCE && OFFERED < queries;
  if (!offers || !Number.isFinite(queries)) return [row];
  const offer = `; with --max-queries ${OFFERED}: at most ${roughDuration(OFFERED * images * each)}`;
  return [{ ...row, line: row.line + offer }];
}

function finishRows({ chosen: { attack, settings }, images }: Ahead, perQuery: QuerySeconds): Row[] {
  const name = finishOracleOf(settings);
  if (name === undefined) return [];
  const queries = within(mostFinishQueries(settings.norm, attack.needs === "gradient"), settings.budget);
  return [rowOf(`${attack.id} (${settings.norm}), finish on ${name}`, queries, images, perQuery[name] ?? 0)];
}

function within(queries: number, budget = Number.POSITIVE_INFINITY): number {
  return Math.min(queries, budget);
}

function rowOf(name: string, queries: number, images: number, each: number): Row {
  const seconds = queries * images * each;
  if (!Number.isFinite(queries)) return { line: `forecast: ${name}: no bound on its queries`, seconds };
  const cost = `at most ${queries} queries, ${images} image${images === 1 ? "" : "s"} at ${roughDuration(each)}`;
  return { line: `forecast: ${name}: ${cost}: at most ${roughDuration(seconds)}`, seconds };
}
