/** The tables of perturbations: what rounding did to them, and what they cost to find. */

import type { ConditionSummary } from "../metrics/index.js";
import { attacks, conditionCell, conditionColumn } from "./cells.js";
import { figure, grouped } from "./format.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

interface NumberColumn extends Column {
  readonly cell: (one: ConditionSummary) => Cell;
}

function column(title: string, note: string, cell: NumberColumn["cell"]): NumberColumn {
  return { title, note, align: "right", cell };
}

/** What rounding to the input grid did to the perturbation. */
export function roundingTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary).filter(({ norm, meanDistortion }) => norm && meanDistortion);
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
  ];
  return {
    id: "rounding",
    caption:
      "What rounding to the input grid does to the perturbation (means over the samples, in units of the model's input)",
    columns: [conditionColumn(), ...columns],
    rows: judged.map((one) => [conditionCell(one), ...columns.map(({ cell }) => cell(one))]),
  };
}

/** What attacks asked of the models. */
export function costTable(summary: readonly ConditionSummary[]): Table {
  const judged = attacks(summary).filter(({ cost }) => cost.passes ?? cost.queries);
  const passes = (of: "forward" | "backward"): NumberColumn["cell"] => {
    return ({ cost }) => (cost.passes ? { text: figure(cost.passes[of]) } : BLANK);
  };
  const queries = (of: "mean" | "median" | "most"): NumberColumn["cell"] => {
    return ({ cost }) =>
      cost.queries ? { text: of === "mean" ? figure(cost.queries.mean) : grouped(cost.queries[of]) } : BLANK;
  };
  const columns = [
    ...(judged.some(({ cost }) => cost.passes)
      ? [column("forward passes", "mean", passes("forward")), column("backward passes", "mean", passes("backward"))]
      : []),
    ...(judged.some(({ cost }) => cost.queries)
      ? [
          column("queries", "mean", queries("mean")),
          column("queries", "median", queries("median")),
          column("queries", "most", queries("most")),
        ]
      : []),
  ];
  return {
    id: "attack-cost",
    caption:
      "What the attacks asked of the models, for one sample (an attack with several budgets makes them together: each has an equal share)",
    columns: [conditionColumn(), { title: "worked on", align: "left" }, ...columns],
    rows: judged.map((one) => [
      conditionCell({ ...one, access: undefined }),
      { text: one.access ?? "float" },
      ...columns.map(({ cell }) => cell(one)),
    ]),
  };
}
