/** The strip of pictures as HTML. */

import { ENGINES } from "../core/index.js";
import type { RunManifest } from "../data/index.js";
import { html, type Markup } from "./html.js";
import { className, conditionTitle, ENGINE_TITLES } from "./names.js";
import type { Example, Outcome, Strip } from "./pictures.js";

/** All examples of a strip, each with its three pictures and what every engine predicted. */
export function htmlStrip(strip: Strip, manifest: RunManifest): Markup {
  const title = conditionTitle(strip.condition);
  return html`<p>${title}: of the samples that float and ${strip.engine} classify correctly, the first two of each outcome, in the run's order. Inputs are shown as the engines received them, after rounding; differences are amplified ${strip.gain} times around mid-grey.</p>
<ul class="strip">
${strip.examples.map((example) => exampleItem(example, strip, manifest))}</ul>
`;
}

function exampleItem(example: Example, { width, height, gain, engine: judged }: Strip, manifest: RunManifest): Markup {
  const label = className(manifest, example.label);
  const what = `sample ${example.sample}, labelled ${label}`;
  const picture = (address: string, caption: string, alt: string): Markup =>
    html`<figure><img src="${address}" width="${width}" height="${height}" alt="${alt}"><figcaption>${caption}</figcaption></figure>`;
  return html`<li class="example">
${picture(example.pictures.clean, "clean", `Clean picture of ${what}`)}
${picture(example.pictures.adversarial, "adversarial", `Adversarial picture of ${what}`)}
${picture(example.pictures.difference, `difference × ${gain}`, `Their difference, amplified ${gain} times`)}
<div class="verdict"><p class="outcome">${outcomeText(example.outcome, judged)}: ${label} <span class="meta">(sample ${example.sample}${
    example.adversarial.target === undefined ? "" : `, target ${className(manifest, example.adversarial.target)}`
  })</span></p>
<dl>${ENGINES.map((engine) => verdict(example, manifest, engine))}</dl></div>
</li>
`;
}

function outcomeText(outcome: Outcome, judged: string): string {
  if (outcome === "both") return `fools float and ${judged}`;
  return outcome === "neither" ? "fools neither" : `fools ${outcome === "float" ? "float" : judged} only`;
}

function verdict(
  { clean, adversarial, label }: Example,
  manifest: RunManifest,
  engine: (typeof ENGINES)[number],
): Markup | null {
  const before = clean.predictions[engine];
  const after = adversarial.predictions[engine];
  if (before === undefined || after === undefined) return null;
  const name = (predicted: number): Markup =>
    html`${predicted === label ? className(manifest, predicted) : html`<span class="wrong">${className(manifest, predicted)}</span>`}`;
  return html`<dt>${ENGINE_TITLES[engine]}</dt><dd>${name(before)}</dd><dd>→ ${name(after)}</dd>`;
}
