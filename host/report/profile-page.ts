/** The HTML page of a profile: one file that needs nothing else. */

import type { ProfileRecord } from "../data/index.js";
import { grouped, plural, unbroken } from "./format.js";
import { html, type Markup, render, trusted } from "./html.js";
import { htmlTable } from "./html-table.js";
import { profilePlot } from "./plot-profile.js";
import { styleSheet } from "./style.js";
import { memoryTable, nodesTable, totalsTable, uncountedSentence } from "./tables-profile.js";

/** The whole page. The same record gives the same bytes. */
export async function profilePage(record: ProfileRecord): Promise<string> {
  const { board, model, counts } = record;
  const title = `${model.id} on ${board.id}: profile`;
  const plot = await profilePlot(record);
  const totals = totalsTable(record);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mcu-eval ${record.tool.version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trusted(styleSheet())}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="meta">${metaLine(record)}</p>
</header>
<main>
<p class="summary">${unbroken(profileSentence(record))}</p>
${totals && section("One inference", htmlTable(totals, "results"))}
${section("Operators", html`${plot}${htmlTable(nodesTable(record), "results")}`)}
${section("Memory", htmlTable(memoryTable(record), "results"))}
</main>
<footer><p>MACs follow from the shapes, padding included.${
    counts &&
    html` ${counts.unit} are those of the kernels alone; what it took to count them, ${grouped(counts.hook)} an operator, is taken off. ${exactness(record)}`
  }</p></footer>
</body>
</html>
`;
  return render(page);
}

/** What the profile found, in a sentence. */
export function profileSentence(record: ProfileRecord): string {
  const { counts, macs, nodes } = record;
  if (!counts) return uncountedSentence(record) as string;
  const dearest = nodes.reduce((most, node) => ((node.count ?? 0) > (most.count ?? 0) ? node : most));
  const share = Math.round(((dearest.count ?? 0) / counts.total) * 100);
  const ratio = macs === 0 ? "" : `, ${(counts.total / macs).toFixed(2)} per MAC`;
  return `One inference takes ${grouped(counts.total)} ${counts.unit}${ratio}; the dearest operator, ${dearest.operator} at node ${dearest.node}, takes ${share} % of them.`;
}

function exactness({ runs, counts }: ProfileRecord): string {
  if (!counts) return "";
  if (counts.exact && counts.step > 1) {
    return `The clock moves in coarser steps than one of them; over ${grouped(runs)} runs, each begun one later within a step, the steps cancel out, so the counts are exact.`;
  }
  const mean = `Means over ${plural(runs, "run")}`;
  return counts.exact
    ? `${mean}.`
    : `${mean}; counts of operators and the total are within ${grouped(counts.step)} of the exact ones.`;
}

function metaLine({ board, model, input, runs, tool }: ProfileRecord): string {
  const ran = "seed" in input ? `random input, seed ${input.seed}` : `${input.source}, sample ${input.sample}`;
  return [
    `${model.file}, SHA-256 ${model.sha256.slice(0, 12)}`,
    `${board.core}, clock ${board.clock_source}`,
    `firmware ${board.firmware}`,
    ran,
    plural(runs, "run"),
    `mcu-eval ${tool.version}`,
  ].join(" · ");
}

function section(title: string, content: Markup): Markup {
  return html`<section>
<h2>${title}</h2>
${content}
</section>`;
}
