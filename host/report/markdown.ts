/** The report as Markdown: the sentence, the flags and the tables, for pull requests and terminals. */

import { flagsOf } from "./flags.js";
import { equalitySentence, roundingSentence, summarySentence } from "./headline.js";
import { linkTable } from "./links.js";
import type { ReportInput } from "./load.js";
import { metaLine, reportTitle } from "./page.js";
import { tickTable } from "./plot-ticks.js";
import { repeatCommand } from "./repeat.js";
import { plainCell, type Table } from "./table.js";
import { measureNotes, measureTables } from "./tables-measures.js";
import { resultTables } from "./tables-results.js";
import { manifestTables, requirementTable } from "./tables-run.js";

/** The whole report; the same run folder gives the same bytes. */
export function markdownReport(input: ReportInput): string {
  const { manifest, records, summary } = input;
  const measures = measureTables(manifest, summary);
  const sentences = [summarySentence(input), roundingSentence(input), equalitySentence(summary)];
  const results = [requirementTable(manifest), ...resultTables(summary), tickTable(records), linkTable(manifest)];
  const flags = flagsOf(input).map(({ level, text }) => `- ${level === "alarm" ? "**ALARM** " : ""}${inline(text)}`);
  const parts = [
    `# ${inline(reportTitle(input))}`,
    inline(metaLine(input)),
    ...sentences.flatMap((sentence, i) =>
      sentence === null ? [] : [i === 0 ? `**${inline(sentence)}**` : inline(sentence)],
    ),
    flags.join("\n"),
    ...results.flatMap((table) => (table ? [markdownTable(table)] : [])),
    ...(measures.length > 0
      ? ["## Measures", ...measureNotes(manifest).map(inline), ...measures.map(markdownTable)]
      : []),
    "## How to repeat it",
    `\`\`\`sh\n${repeatCommand(manifest).replaceAll("```", "")}\n\`\`\``,
    "## Manifest",
    ...manifestTables(manifest).map(markdownTable),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function markdownTable({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${inline(caption)}**`,
    "",
    line(columns.map(({ title, note }) => inline(note ? `${title} (${note})` : title))),
    line(columns.map(({ align }) => (align === "right" ? "---:" : ":---"))),
    ...rows.map((cells) =>
      line(cells.map((cell) => (cell.alarm ? `**${inline(plainCell(cell))}**` : inline(plainCell(cell))))),
    ),
  ].join("\n");
}

/** Text as Markdown that shows it and nothing else: no markup, no HTML, no new line. */
function inline(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~&]/g, (character) =>
      character === "<" ? "&lt;" : character === "&" ? "&amp;" : `\\${character}`,
    )
    .replace(/\s*[\r\n]+\s*/g, " ");
}
