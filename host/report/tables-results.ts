/** The tables of results: one row a condition, one column an engine. */

import { ENGINES, type EngineName } from "../core/index.js";
import type { ConditionSummary, McNemar, Rate } from "../metrics/index.js";
import { disagreement, figure, fraction, interval, percent, pValue } from "./format.js";
import { conditionNotes, conditionTitle, ENGINE_TITLES, ratesOf } from "./names.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

/** All tables of results that have at least one row, in reading order. */
export function resultTables(summary: readonly ConditionSummary[]): Table[] {
  const all = [accuracyTable(summary), successTable(summary), transferTable(summary), roundingTable(summary)];
  return all.filter(({ rows }) => rows.length > 0);
}

/** Clean accuracy, and robust accuracy over all n. */
export function accuracyTable(summary: readonly ConditionSummary[]): Table {
  return {
    id: "accuracy",
    caption: "Accuracy: clean, and robust over all samples (correct / all, 95 % Wilson interval)",
    columns: [conditionColumn(), ...engineColumns(ENGINES)],
    rows: summary.map((one) => [
      conditionCell(one),
      ...ENGINES.map((engine) => rateCell(ratesOf(one, engine)?.accuracy)),
    ]),
  };
}

/** Fooled among what the same engine classifies correctly without an attack. */
export function successTable(summary: readonly ConditionSummary[]): Table {
  return {
    id: "attack-success",
    caption: "Attack success rate (fooled / clean-correct on the same engine, 95 % Wilson interval)",
    columns: [conditionColumn(), ...engineColumns(ENGINES)],
    rows: attacks(summary).map((one) => [
      conditionCell(one),
      ...ENGINES.map((engine) => rateCell(ratesOf(one, engine)?.attackSuccess)),
    ]),
  };
}

const TRANSFER_ENGINES = ["grid", "native", "device"] as const;

/** From float to each engine, and whether float and grid control differ from the device by more than chance. */
export function transferTable(summary: readonly ConditionSummary[]): Table {
  return {
    id: "transfer",
    caption:
      "Transfer rate from float (fooled there / clean-correct on both and fooled on float before rounding, " +
      "95 % Wilson interval), and McNemar's exact p (samples right on the first engine only : on the device only)",
    columns: [
      conditionColumn(),
      ...engineColumns(TRANSFER_ENGINES),
      { title: "float vs device", note: "McNemar's p", align: "right" },
      { title: "grid vs device", note: "McNemar's p", align: "right" },
    ],
    rows: attacks(summary).map((one) => [
      conditionCell(one),
      ...TRANSFER_ENGINES.map((engine) => rateCell(ratesOf(one, engine)?.transfer)),
      testCell(one.mcnemar.floatDevice),
      testCell(one.mcnemar.gridDevice),
    ]),
  };
}

/** What rounding to the input grid did to the perturbation. */
export function roundingTable(summary: readonly ConditionSummary[]): Table {
  const rows = attacks(summary).flatMap((one): Cell[][] => {
    const { norm, eps, meanDistortion } = one;
    if (!norm || !meanDistortion) return [];
    const above = eps ? { text: `${one.aboveEps}/${one.samples}`, alarm: one.aboveEps > 0 } : BLANK;
    return [
      [
        conditionCell(one),
        { text: eps ? figure(eps.value) : "" },
        { text: figure(meanDistortion.before[norm]) },
        { text: figure(meanDistortion.after[norm]) },
        above,
        { text: figure(meanDistortion.after.l2) },
        { text: figure(meanDistortion.after.l0) },
        { text: `${one.gaveUp}/${one.samples}` },
      ],
    ];
  });
  const number = (title: string, note: string): Column => ({ title, note, align: "right" });
  return {
    id: "rounding",
    caption:
      "What rounding to the input grid does to the perturbation (means over the samples; in units of the model's input)",
    columns: [
      conditionColumn(),
      number("eps", "in input units"),
      number("norm", "before rounding"),
      number("norm", "after rounding"),
      number("above eps", "after rounding"),
      number("L2", "after rounding"),
      number("L0", "values changed"),
      number("gave up", "clean input stood in"),
    ],
    rows,
  };
}

function attacks(summary: readonly ConditionSummary[]): ConditionSummary[] {
  return summary.filter(({ attack }) => attack !== "none");
}

function conditionColumn(): Column {
  return { title: "inputs", align: "left" };
}

function engineColumns(engines: readonly EngineName[]): Column[] {
  return engines.map((engine) => ({ title: ENGINE_TITLES[engine], align: "right" }));
}

function conditionCell(one: ConditionSummary): Cell {
  return { text: conditionTitle(one), notes: conditionNotes(one) };
}

function rateCell(rate: Rate | undefined): Cell {
  if (!rate) return BLANK;
  if (rate.value === null) return { text: "–", notes: [fraction(rate)] };
  const bounds = interval(rate);
  return { text: percent(rate.value), notes: [fraction(rate), ...(bounds === null ? [] : [bounds])] };
}

function testCell(test: McNemar | undefined): Cell {
  return test ? { text: pValue(test.p), notes: [disagreement(test)] } : BLANK;
}
