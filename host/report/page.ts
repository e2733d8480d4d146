/** The HTML report: one file that needs nothing else, neither scripts nor the network. */

import { flagsOf } from "./flags.js";
import { unbroken } from "./format.js";
import {
  equalitySentence,
  headlineCondition,
  judgedEngine,
  keyFigures,
  representatives,
  roundingSentence,
  summarySentence,
} from "./headline.js";
import { html, type Markup, trusted } from "./html.js";
import { htmlStrip } from "./html-strip.js";
import { htmlTable } from "./html-table.js";
import { linkTable } from "./links.js";
import type { ReportInput } from "./load.js";
import { deviceId } from "./names.js";
import { framedPage, section } from "./page-frame.js";
import { makeStrip } from "./pictures.js";
import { accuracyPlots } from "./plot-accuracy.js";
import { overviewPlot } from "./plot-overview.js";
import { tickPlots, tickTable } from "./plot-ticks.js";
import { repeatCommand } from "./repeat.js";
import type { Table } from "./table.js";
import { measureNotes, measureTables } from "./tables-measures.js";
import { resultTables } from "./tables-results.js";
import { manifestTables, requirementTable } from "./tables-run.js";

/** The whole page. The same run folder gives the same bytes. */
export async function htmlReport(input: ReportInput): Promise<string> {
  const { manifest, records, summary } = input;
  const title = reportTitle(input);
  const requirements = requirementTable(manifest);
  const links = linkTable(manifest);
  const [accuracy, ...others] = resultTables(summary);
  const measures = measureTables(manifest, summary);
  const ticks = tickTable(records);
  const equality = equalitySentence(summary);
  const step = manifest.model.input.scale > 0 ? manifest.model.input.scale : null;
  const curves = await accuracyPlots(summary, step);
  // A single curve says all that its one row would.
  const overview = representatives(summary).length > 1 || curves.length === 0 ? await overviewPlot(summary) : null;
  return framedPage({
    title,
    version: manifest.environment.tool.version,
    meta: metaLine(input),
    main: html`<p class="summary">${unbroken(summarySentence(input))}</p>
${[roundingSentence(input), equality].map((sentence) => sentence && html`<p>${unbroken(sentence)}</p>\n`)}
<dl class="tiles">${keyFigures(input).map(
      (figure) =>
        html`<div><dt>${figure.title}</dt><dd class="value${figure.alarm ? " alarm" : ""}">${figure.value}</dd>${figure.notes.map((note) => html`<dd class="note">${note}</dd>`)}</div>\n`,
    )}</dl>
<ul class="flags">${flagsOf(input).map(({ level, text }) => html`<li class="${level}">${text}</li>\n`)}</ul>
${requirements && section("Requirements", htmlTable(requirements, "requirement"))}
${overview && section("All attacks", overview)}
${section(curves.length > 0 ? "Accuracy against eps" : "Accuracy", html`${folded(curves)}${accuracy && tables([accuracy])}`)}
${others.length > 0 && section("Attacks", tables(others))}
${measures.length > 0 && section("Measures", html`${measureNotes(manifest).map((note) => html`<p>${note}</p>\n`)}${tables(measures)}`)}
${await pictureSection(input)}
${ticks && section("Cost of an inference", html`${await tickPlots(records)}${tables([ticks])}`)}
${links && section("Link", tables([links]))}
${section(
  "How to repeat it",
  html`<p>With the same version, model, data and seed, the samples and the tables come out byte for byte the same.</p>
<pre><code>${repeatCommand(manifest)}</code></pre>`,
)}
${section(
  "Manifest",
  manifestTables(manifest).map(
    (table, i) =>
      html`<details${i < 2 && trusted(" open")}><summary>${table.caption}</summary>${htmlTable(table, "fields")}</details>\n`,
  ),
)}`,
    footer: html`Every figure is computed from <code>samples.jsonl</code> of this run folder${measures.length > 0 && html`, measures from <code>measures.jsonl</code>`}; what was not measured is blank.`,
  });
}

/** Attacks that a title names one by one. */
const NAMED = 4;

/** `cifar10-resnet8 on qemu-m7: pgd`. */
export function reportTitle({ manifest }: ReportInput): string {
  const attacks = [...new Set(manifest.settings.attacks.map(({ id }) => id))];
  const board = deviceId(manifest) ?? manifest.boards.native?.id ?? "float";
  const named = attacks.length > NAMED ? `${attacks.length} attacks` : attacks.join(", ");
  return `${manifest.model.id} on ${board}${named === "" ? "" : `: ${named}`}`;
}

/** Run, data and date in one line. */
export function metaLine({ manifest }: ReportInput): string {
  const { dataset, sessions, id, environment } = manifest;
  const last = dataset.offset + dataset.n - 1;
  const range = dataset.n > 0 ? `samples ${dataset.offset} to ${last}` : "no samples";
  const started = sessions[0]?.started.slice(0, 10);
  const parts = [`run ${id}`, `${dataset.id} ${dataset.split}, ${range}`, `mcu-eval ${environment.tool.version}`];
  return [...parts, ...(started ? [started] : [])].join(" · ");
}

/** Plots that stand open; the rest is a click away. */
const OPEN_PLOTS = 3;

function folded(plots: readonly Markup[]): Markup {
  const rest = plots.slice(OPEN_PLOTS);
  return html`${plots.slice(0, OPEN_PLOTS)}${
    rest.length > 0 && html`<details><summary>The other ${rest.length} attacks</summary>${rest}</details>\n`
  }`;
}

function tables(all: readonly Table[]): Markup {
  return html`${all.map((table) => htmlTable(table, "results"))}`;
}

async function pictureSection({ folder, manifest, records, summary }: ReportInput): Promise<Markup | null> {
  const engine = judgedEngine(summary);
  const condition = headlineCondition(summary);
  if (!engine || !condition) return null;
  const strip = await makeStrip(folder, manifest, records, condition, engine);
  return strip && section("Pictures", htmlStrip(strip, manifest));
}
