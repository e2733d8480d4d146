/** Plain text tables. */

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Lays rows out in columns two spaces apart, with a rule below the titles. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, k) => Math.max(title.length, ...rows.map((cells) => (cells[k] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, k) =>
        align === "left" ? (cells[k] ?? "").padEnd(widths[k] ?? 0) : (cells[k] ?? "").padStart(widths[k] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].map((text) => `${text}\n`).join("");
}
