/** What the plots of rates share: marks of the engines, shapes drawn by hand, and the legend. */

import type { EngineName } from "../core/index.js";
import { html, type Markup } from "./html.js";
import { ENGINE_MEANINGS, ENGINE_TITLES } from "./names.js";

/** ECharts' names of the marks; the style sheet draws the same in legends. */
export const SYMBOLS: Readonly<Record<EngineName, string>> = {
  float: "circle",
  grid: "diamond",
  native: "roundRect",
  device: "triangle",
};

/** In pixels; a triangle looks smaller than it is. */
export const SYMBOL_SIZES: Readonly<Record<EngineName, number>> = { float: 8, grid: 8, native: 8, device: 9 };

/** What ECharts hands to a series of own shapes. */
export interface ShapeApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

/** A series of own shapes, one a row of data. */
export function shapes(data: readonly (readonly number[])[], draw: (api: ShapeApi) => object): object {
  return { type: "custom", silent: true, data, renderItem: (_: unknown, api: ShapeApi) => draw(api) };
}

/** A straight line, in pixels. */
export function stroke(x1: number, y1: number, x2: number, y2: number, style: object): object {
  return { type: "line", shape: { x1, y1, x2, y2 }, style: { fill: "none", ...style } };
}

/** The engines with their marks and meanings. */
export function legend(asked: readonly EngineName[]): Markup {
  return html`<ul class="legend">${asked.map(
    (engine) =>
      html`<li><span class="key key-${engine}" aria-hidden="true"></span><b>${ENGINE_TITLES[engine]}</b>: ${ENGINE_MEANINGS[engine]}</li>`,
  )}</ul>`;
}
