/** The tables of results: one row a condition, one column an engine. */

import { ENGINES, type EngineName } from "../core/index.js";
import type { ConditionSummary, EngineRates, McNemar, Rate } from "../metrics/index.js";
import { disagreement, figure, fraction, interval, percent, pValue } from "./format.js";
import { conditionNotes, conditionTitle, ENGINE_TITLES, ratesOf } from "./names.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

/** All tables of results that have at least one row, in reading order. */
export function resultTables(summary: readonly ConditionSummary[]): Table[] {
  const all = [
    accuracyTable(summary),
    successTable(summary),
    transferTable(summary),
    smallestTable(summary),
    roundingTable(summary),
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

interface NumberColumn extends Column {
  readonly cell: (one: ConditionSummary) => Cell;
}

/** What rounding to the input grid did to the perturbation, and what the attack cost. */
export function roundingTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary).filter(({ norm, meanDistortion }) => norm && meanDistortion);
  const column = (title: string, note: string, cell: NumberColumn["cell"]): NumberColumn => ({
    title,
    note,
    align: "right",
    cell,
  });
  const mean = (one: ConditionSummary, when: "before" | "after", norm = one.norm): Cell => {
    const value = norm && one.meanDistortion?.[when][norm];
    return value === undefined ? BLANK : { text: figure(value) };
  };
  const columns = [
    column("eps", "in input units", ({ eps }) => (eps ? { text: figure(eps.value) } : BLANK)),
    column("norm", "before rounding", (one) => mean(one, "before")),
    column("norm", "after rounding", (one) => mean(one, "after")),
    column("above eps", "after rounding", ({ eps, aboveEps, samples }) =>
      eps ? { text: `${aboveEps}/${samples}`, alarm: aboveEps > 0 } : BLANK,
    ),
    column("l2", "after rounding", (one) => mean(one, "after", "l2")),
    column("l0", "values changed", (one) => mean(one, "after", "l0")),
    ...(judged.some(({ gaveUp }) => gaveUp > 0)
      ? [column("gave up", "clean input stood in", ({ gaveUp, samples }) => ({ text: `${gaveUp}/${samples}` }))]
      : []),
    ...(judged.some(({ meanQueries }) => meanQueries !== undefined)
      ? [
          column("queries", "a sample", ({ meanQueries }) =>
            meanQueries === undefined ? BLANK : { text: figure(meanQueries) },
          ),
        ]
      : []),
  ];
  return {
    id: "rounding",
    caption:
      "What rounding to the input grid does to the perturbation (means over the samples, in units of the model's input)",
    columns: [conditionColumn(), ...columns],
    rows: judged.map((one) => [conditionCell(one), ...columns.map(({ cell }) => cell(one))]),
  };
}

function attacks(summary: readonly ConditionSummary[]): ConditionSummary[] {
  return summary.filter(({ attack }) => attack !== "none");
}

function conditionColumn(): Column {
  return { title: "inputs", align: "left" };
}

/** A column for each engine that has the rate under some condition; blank under those where it has none. */
function rateColumns(
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
