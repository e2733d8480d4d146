/** A table as data, before it becomes HTML, Markdown or console text. */

export interface Column {
  readonly title: string;
  /** A second line of the title. */
  readonly note?: string;
  readonly align: "left" | "right";
}

export interface Cell {
  /** Empty where nothing was measured. */
  readonly text: string;
  /** What the figure rests on, in smaller type: `150/166`, `84.9–94.0`. */
  readonly notes?: readonly string[];
  /** Set off because a reader must not miss it. */
  readonly alarm?: boolean;
}

export interface Table {
  /** Unique within a report, for links. */
  readonly id: string;
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export const BLANK: Cell = { text: "" };

/** A cell in one line of plain text: `90.4 % (150/166, 84.9–94.0)`. */
export function plainCell({ text, notes = [] }: Cell): string {
  if (text === "" || notes.length === 0) return text;
  return `${text} (${notes.join(", ")})`;
}
