/** How long black-box attacks will take, said before they begin. */

import { type ModelShape, roughDuration } from "../core/index.js";
import type { ChosenAttack } from "./choose.js";

/** One black-box attack with the images that are left for it. */
export interface Ahead {
  readonly chosen: ChosenAttack;
  readonly images: number;
}

/** A limit that is offered where none was given. */
const OFFERED = 200;
/** Forecasts below it, in seconds, need no offer. */
const PATIENCE = 600;

/**
 * One line an attack: the most it may ask, and the time that takes.
 *
 * @param perQuery seconds a query takes, measured
 * @param maxMinutes limit of all oracle work
 */
export function forecastLines(
  ahead: readonly Ahead[],
  model: ModelShape,
  perQuery: number,
  maxMinutes?: number,
): string[] {
  const rows = ahead.map(({ chosen, images }) => {
    const { attack, params, settings } = chosen;
    const one = attack.mostQueries?.(params, model);
    const unlimited = one === undefined ? undefined : one * Math.max(1, settings.eps.length);
    const queries = Math.min(unlimited ?? Number.POSITIVE_INFINITY, settings.budget ?? Number.POSITIVE_INFINITY);
    const name = `${attack.id} (${settings.norm})`;
    const seconds = queries * images * perQuery;
    if (!Number.isFinite(queries)) return { line: `forecast: ${name}: no bound on its queries`, seconds };
    const line = `forecast: ${name}: at most ${countText(queries)} queries, ${countText(images, "image")} at ${roughDuration(perQuery)}: ${roughDuration(seconds)}`;
    const offers = settings.budget === undefined && seconds > PATIENCE && queries > OFFERED;
    const offer = `; with --max-queries ${OFFERED}: ${roughDuration(OFFERED * images * perQuery)}`;
    return { line: offers ? line + offer : line, seconds };
  });
  const lines = rows.map(({ line }) => line);
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  if (rows.length > 1) lines.push(`forecast: all of them: at most ${roughDuration(total)}`);
  if (maxMinutes !== undefined && total > maxMinutes * 60) {
    lines.push(
      `forecast: ends after ${roughDuration(maxMinutes * 60)} by --max-minutes, and cannot be reproduced then`,
    );
  }
  return lines;
}

function countText(count: number, noun = ""): string {
  return noun === "" ? String(count) : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
