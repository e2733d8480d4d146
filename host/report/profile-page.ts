/** The HTML page of a profile: one file that needs nothing else. */

import type { ProfileRecord } from "../data/index.js";
import { grouped, plural, unbroken } from "./format.js";
import { html } from "./html.js";
import { htmlTable } from "./html-table.js";
import { framedPage, section } from "./page-frame.js";
import { profilePlot } from "./plot-profile.js";
import { memoryTable, nodesTable, totalsTable, uncountedSentence } from "./tables-profile.js";

/** The whole page. The same record gives the same bytes. */
export async function profilePage(record: ProfileRecord): Promise<string> {
  const { board, model, counts } = record;
  const title = `${model.id} on ${board.id}: profile`;
  const plot = await profilePlot(record);
  const totals = totalsTable(record);
  return framedPage({
    title,
    version: record.tool.version,
    meta: metaLine(record),
    main: html`<p class="summary">${unbroken(profileSentence(record))}</p>
${totals && section("One inference", htmlTable(totals, "results"))}
${section("Operators", html`${plot}${htmlTable(nodesTable(record), "results")}`)}
${section("Memory", htmlTable(memoryTable(record), "results"))}`,
    footer: html`MACs follow from the shapes, padding included.${
      counts &&
      html` ${counts.unit} are those of the kernels alone; what it took to count them, ${grouped(counts.hook)} an operator, is taken off. ${exactness(record)}`
    }`,
  });
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
