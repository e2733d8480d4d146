/** The report's tables on a console. */

import {
  accuracyTable,
  evasionTable,
  filesTable,
  measureTables,
  partsTables,
  plainCell,
  type ReportInput,
  smallestTable,
  successTable,
  type Table,
  transferTable,
} from "../report/index.js";
import { textTable } from "./table.js";

/**
 * Accuracy, attack success and transfer, each with its fraction and interval; what an attack without a budget
 * needed, what the float model does not see, parts of ensembles, further files and measures where there are
 * any. The report has all the rest.
 */
export function consoleTables({ manifest, summary }: Pick<ReportInput, "manifest" | "summary">): string {
  const evades = summary.some(({ engines }) => engines.some(({ evasion }) => (evasion?.numerator ?? 0) > 0));
  const tables = [
    accuracyTable(summary),
    successTable(summary),
    transferTable(summary),
    ...(evades ? [evasionTable(summary)] : []),
    smallestTable(summary),
    ...partsTables(summary),
    filesTable(summary),
    ...measureTables(manifest, summary),
  ];
  return tables
    .filter(({ rows }) => rows.length > 0)
    .map(showTable)
    .join("\n");
}

/** A table under its caption. */
export function showTable({ caption, columns, rows }: Table): string {
  return `${caption}\n${textTable(
    columns.map(({ title, note, align }) => ({ title: note ? `${title} (${note})` : title, align })),
    rows.map((cells) => cells.map(plainCell)),
  )}`;
}
