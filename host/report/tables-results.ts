/** The tables of results: one row a condition, one column an engine. */

import { ENGINES } from "../core/index.js";
import type { ConditionSummary } from "../metrics/index.js";
import { attacks, conditionCell, conditionColumn, rateColumns, testCell } from "./cells.js";
import { figure } from "./format.js";
import { ENGINE_TITLES, ratesOf } from "./names.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";
import { filesTable, partsTables } from "./tables-beside.js";
import { costTable, roundingTable } from "./tables-perturbation.js";

/** All tables of results that have at least one row, in reading order. */
export function resultTables(summary: readonly ConditionSummary[]): Table[] {
  const all = [
    accuracyTable(summary),
    successTable(summary),
    transferTable(summary),
    evasionTable(summary),
    smallestTable(summary),
    ...partsTables(summary),
    filesTable(summary),
    roundingTable(summary),
    costTable(summary),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** Clean accuracy, and robust accuracy over all n. */
export function accuracyTable(summary: readonly ConditionSummary[]): Table {
  const rates = rateColumns(summary, ({ accuracy }) => accuracy);
  return {
    id: "accuracy",
    caption: "Accuracy: clean, and robust over all samples (correct / all; 95 % Wilson interval, %)",
    columns: [conditionColumn(), ...rates.columns],
    rows: summary.map((one) => [conditionCell(one), ...rates.cells(one)]),
  };
}

/** Fooled among what the same engine classifies correctly without an attack. */
export function successTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary);
  const rates = rateColumns(judged, ({ attackSuccess }) => attackSuccess);
  return {
    id: "attack-success",
    caption: "Attack success rate (fooled / clean-correct on the same engine; 95 % Wilson interval, %)",
    columns: [conditionColumn(), ...rates.columns],
    rows: judged.map((one) => [conditionCell(one), ...rates.cells(one)]),
  };
}

/** From float to each engine, and whether float and grid control differ from the device by more than chance. */
export function transferTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary);
  const rates = rateColumns(judged, ({ transfer }) => transfer);
  const tests = [
    { title: "float vs device", test: (one: ConditionSummary) => one.mcnemar.floatDevice },
    { title: "grid vs device", test: (one: ConditionSummary) => one.mcnemar.gridDevice },
  ].filter(({ test }) => judged.some(test));
  return {
    id: "transfer",
    caption:
      "Transfer rate from float (fooled there / clean-correct on both and fooled on float before rounding; " +
      "95 % Wilson interval, %), and McNemar's exact p (samples right on the first engine only : on the device only)",
    columns: [
      conditionColumn(),
      ...rates.columns,
      ...tests.map(({ title }): Column => ({ title, note: "McNemar's p", align: "right" })),
    ],
    rows: judged.map((one) => [
      conditionCell(one),
      ...rates.cells(one),
      ...tests.map(({ test }) => testCell(test(one))),
    ]),
  };
}

/** What a check of the float model does not see. */
export function evasionTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary);
  const rates = rateColumns(judged, ({ evasion }) => evasion);
  return {
    id: "evasion",
    caption:
      "Evasion rate (fooled there while float still predicts the label / clean-correct on both; " +
      "95 % Wilson interval, %): what a check of the float model does not see",
    columns: [conditionColumn(), ...rates.columns],
    rows: rates.columns.length === 0 ? [] : judged.map((one) => [conditionCell(one), ...rates.cells(one)]),
  };
}

/** How far attacks without a budget had to go. */
export function smallestTable(summary: readonly ConditionSummary[]): Table {
  const judged = summary.filter(({ engines }) => engines.some(({ medianNorm }) => medianNorm !== undefined));
  const asked = ENGINES.filter((engine) => judged.some((one) => ratesOf(one, engine)?.medianNorm !== undefined));
  return {
    id: "smallest",
    caption:
      "Median norm of the smallest perturbations found, over the samples that the engine has right when clean " +
      "(float: before rounding; elsewhere after; – where half of them or more are not fooled)",
    columns: [conditionColumn(), ...asked.map((engine): Column => ({ title: ENGINE_TITLES[engine], align: "right" }))],
    rows: judged.map((one) => [
      conditionCell(one),
      ...asked.map((engine): Cell => {
        const median = ratesOf(one, engine)?.medianNorm;
        return median === undefined ? BLANK : { text: median === null ? "–" : figure(median) };
      }),
    ]),
  };
}
