/** The report's tables on a console. */

import type { ConditionSummary } from "../metrics/index.js";
import { accuracyTable, plainCell, successTable, type Table, transferTable } from "../report/index.js";
import { textTable } from "./table.js";

/** Accuracy, attack success and transfer, each with its fraction and interval; the report has all the rest. */
export function consoleTables(summary: readonly ConditionSummary[]): string {
  return [accuracyTable(summary), successTable(summary), transferTable(summary)]
    .filter(({ rows }) => rows.length > 0)
    .map(show)
    .join("\n");
}

function show({ caption, columns, rows }: Table): string {
  return `${caption}\n${textTable(
    columns,
    rows.map((cells) => cells.map(plainCell)),
  )}`;
}
