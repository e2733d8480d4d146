/** The report's tables on a console. */

import type { ConditionSummary } from "../metrics/index.js";
import { accuracyTable, type Cell, plainCell, type Table, transferTable } from "../report/index.js";
import { textTable } from "./table.js";

/** Accuracy with its fractions, and transfer with fractions and intervals; the report has all the rest. */
export function consoleTables(summary: readonly ConditionSummary[]): string {
  const transfer = transferTable(summary);
  const tables = [show(accuracyTable(summary), shortCell)];
  if (transfer.rows.length > 0) tables.push(show(transfer, plainCell));
  return tables.join("\n");
}

function show({ caption, columns, rows }: Table, format: (cell: Cell) => string): string {
  return `${caption}\n${textTable(
    columns,
    rows.map((cells) => cells.map(format)),
  )}`;
}

/** A figure with the first thing it rests on. */
function shortCell({ text, notes = [], alarm }: Cell): string {
  return plainCell({ text, notes: notes.slice(0, 1), ...(alarm && { alarm }) });
}
