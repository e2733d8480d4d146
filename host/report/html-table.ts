/** Tables as HTML: captioned, with scopes, scrolling sideways where a screen is too narrow. */

import { unbroken } from "./format.js";
import { html, type Markup } from "./html.js";
import type { Cell, Column, Table } from "./table.js";

/** @param kind results: figures by condition; requirement: gates; fields: names and values */
export function htmlTable(table: Table, kind: "results" | "requirement" | "fields"): Markup {
  return html`<div class="scroll ${kind}" tabindex="0" role="region" aria-labelledby="${table.id}-caption">
<table id="${table.id}" class="${kind}"><caption id="${table.id}-caption"><span>${unbroken(table.caption)}</span></caption>
<thead><tr>${table.columns.map(headCell)}</tr></thead>
<tbody>
${table.rows.map((cells) => html`<tr>${cells.map((cell, k) => bodyCell(cell, table.columns[k], k === 0))}</tr>\n`)}</tbody></table></div>
`;
}

function alignClass(column: Column | undefined): string {
  return column?.align === "right" ? "right" : "left";
}

function headCell(column: Column): Markup {
  return html`<th scope="col" class="${alignClass(column)}">${column.title}${column.note && html`<small>${column.note}</small>`}</th>`;
}

function bodyCell(cell: Cell, column: Column | undefined, isRowHead: boolean): Markup {
  const text = html`<span class="${cell.alarm ? "figure alarm" : "figure"}">${cell.text}</span>`;
  const content = html`${text}${cell.notes?.map((note) => html`<small>${note}</small>`)}`;
  return isRowHead
    ? html`<th scope="row" class="${alignClass(column)}">${content}</th>`
    : html`<td class="${alignClass(column)}">${content}</td>`;
}
