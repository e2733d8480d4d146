/** What every HTML page of this project has round its content: one file that needs nothing else. */

import { html, type Markup, render, trusted } from "./html.js";
import { styleSheet } from "./style.js";

/** @param page version: of the tool; meta: one line under the title; main: the content, each part on lines of its own */
export function framedPage(page: {
  readonly title: string;
  readonly version: string;
  readonly meta: string;
  readonly main: Markup;
  readonly footer: Markup;
}): string {
  const { title, version, meta, main, footer } = page;
  return render(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mcu-eval ${version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trusted(styleSheet())}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="meta">${meta}</p>
</header>
<main>
${main}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`);
}

export function section(title: string, content: Markup | readonly Markup[]): Markup {
  return html`<section>
<h2>${title}</h2>
${content}
</section>`;
}
