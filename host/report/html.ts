/** HTML as a value: text is escaped on its way in, so that nothing a run folder holds can become markup. */

const MARKUP = Symbol("markup");

export interface Markup {
  readonly [MARKUP]: string;
}

export type Insert = Markup | string | number | null | undefined | false | readonly Insert[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for element content and quoted attributes, of HTML and of XML. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Markup that is known to be sound: made by this room or by the plot library, never taken from a run. */
export function trusted(markup: string): Markup {
  return { [MARKUP]: markup };
}

/** A template whose inserts are escaped unless they are markup; lists are joined, null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return trusted(strings.map((part, i) => part + (i < inserts.length ? render(inserts[i]) : "")).join(""));
}

/** The markup as text, to be written to a file. */
export function render(insert: Insert): string {
  if (insert === null || insert === undefined || insert === false) return "";
  if (Array.isArray(insert)) return insert.map(render).join("");
  if (typeof insert === "object") return (insert as Markup)[MARKUP];
  return escapeText(String(insert));
}
