/** What the tables of results are put together from. */

import { ENGINES, type EngineName } from "../core/index.js";
import type { ConditionSummary, EngineRates, McNemar, Rate } from "../metrics/index.js";
import { disagreement, fraction, interval, percent, pValue } from "./format.js";
import { conditionNotes, conditionTitle, ENGINE_TITLES, ratesOf } from "./names.js";
import { BLANK, type Cell, type Column } from "./table.js";

/** The conditions that are not the clean inputs. */
export function attacks(summary: readonly ConditionSummary[]): ConditionSummary[] {
  return summary.filter(({ attack }) => attack !== "none");
}

/** Names the rows. */
export function conditionColumn(): Column {
  return { title: "inputs", align: "left" };
}

/** A column for each engine that has the rate under some condition; blank under those where it has none. */
export function rateColumns(
  summary: readonly ConditionSummary[],
  rate: (rates: EngineRates) => Rate | undefined,
): { columns: Column[]; cells: (one: ConditionSummary) => Cell[] } {
  const rateOf = (one: ConditionSummary, engine: EngineName): Rate | undefined => {
    const rates = ratesOf(one, engine);
    return rates && rate(rates);
  };
  const asked = ENGINES.filter((engine) => summary.some((one) => rateOf(one, engine)));
  return {
    columns: asked.map((engine) => ({ title: ENGINE_TITLES[engine], align: "right" })),
    cells: (one) => asked.map((engine) => rateCell(rateOf(one, engine))),
  };
}

/** A row's name. */
export function conditionCell(one: ConditionSummary): Cell {
  return { text: conditionTitle(one), notes: conditionNotes(one) };
}

/** A rate, what it rests on, and its interval. */
export function rateCell(rate: Rate | undefined): Cell {
  if (!rate) return BLANK;
  if (rate.value === null) return { text: "–", notes: [fraction(rate)] };
  const bounds = interval(rate);
  return { text: percent(rate.value), notes: [fraction(rate), ...(bounds === null ? [] : [bounds])] };
}

/** A p value and the disagreements behind it. */
export function testCell(test: McNemar | undefined): Cell {
  return test ? { text: pValue(test.p), notes: [disagreement(test)] } : BLANK;
}
