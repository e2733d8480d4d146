/** Tables of what stands beside the four engines: parts of ensembles, and further quantised files of the model. */

import type { ConditionSummary, EngineRates, Rate } from "../metrics/index.js";
import { conditionCell, conditionColumn, rateCell } from "./cells.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

/** One table for all ensembles of the same parts. */
export function partsTables(summary: readonly ConditionSummary[]): Table[] {
  const groups = new Map<string, ConditionSummary[]>();
  for (const one of summary) {
    if (one.parts === undefined) continue;
    const names = one.parts.map(({ part }) => part).join(", ");
    groups.set(names, [...(groups.get(names) ?? []), one]);
  }
  return [...groups.values()].map((group, i) => ({
    id: i === 0 ? "parts" : `parts-${i + 1}`,
    caption:
      "Robust accuracy of the float model after each part of the ensemble and all before it " +
      "(not fooled / all; 95 % Wilson interval, %)",
    columns: [
      conditionColumn(),
      ...(group[0]?.parts ?? []).map(({ part }): Column => ({ title: part, align: "right" })),
    ],
    rows: group.map((one) => [conditionCell(one), ...(one.parts ?? []).map(({ rate }) => rateCell(rate))]),
  }));
}

const RATES: readonly { readonly title: string; readonly rate: (rates: EngineRates) => Rate | undefined }[] = [
  { title: "accuracy", rate: ({ accuracy }) => accuracy },
  { title: "attack success", rate: ({ attackSuccess }) => attackSuccess },
  { title: "transfer from float", rate: ({ transfer }) => transfer },
];

/** The rates of further quantised files, three columns a file. */
export function filesTable(summary: readonly ConditionSummary[]): Table {
  const files = [...new Set(summary.flatMap((one) => one.files.map(({ file }) => file)))];
  const columns = files.flatMap((file) => RATES.map(({ title, rate }) => ({ title, file, rate })));
  return {
    id: "files",
    caption:
      "The native build on further quantised files of the model, the same inputs rounded to each file's own input grid " +
      "(rates as above; 95 % Wilson interval, %)",
    columns: [conditionColumn(), ...columns.map(({ title, file }): Column => ({ title, note: file, align: "right" }))],
    rows: summary
      .filter((one) => one.files.length > 0)
      .map((one) => [
        conditionCell(one),
        ...columns.map(({ file, rate }): Cell => {
          const found = one.files.find((candidate) => candidate.file === file);
          return found ? rateCell(rate(found.rates)) : BLANK;
        }),
      ]),
  };
}
