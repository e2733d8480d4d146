/** Plots drawn by ECharts on the server, as markup that needs no script and follows the page's colours. */

import type { EChartsCoreOption } from "echarts/core";
import { html, type Markup, trusted } from "./html.js";

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** ECharts, with the parts the plots use. Loaded on use: it costs the commands that draw nothing their start-up time. */
async function loadCharts() {
  const [core, charts, components, renderers] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  core.use([charts.CustomChart, charts.LineChart, components.GridComponent, renderers.SVGRenderer]);
  return core;
}

/**
 * Draws one plot.
 *
 * @param id unique within the page; the library's own ids count up over the process and would collide
 * @returns an `<svg>`, the same bytes for the same option
 */
export async function drawPlot(id: string, option: EChartsCoreOption, size: PlotSize): Promise<Markup> {
  const { init } = await loadCharts();
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({ animation: false, ...option });
    return trusted(cleaned(chart.renderToSVGString(), id));
  } finally {
    chart.dispose();
  }
}

/** Takes out hover styles and data attributes, which only scripts use, and renames the ids. */
function cleaned(svg: string, id: string): string {
  return svg
    .replace(/<style\s*>.*?<\/style>/gs, "")
    .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, "")
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/font-family:[^;"]*;/g, "")
    .replace("<svg ", '<svg aria-hidden="true" focusable="false" ')
    .replace(/\n/g, "");
}

/** What most plots measure. */
const SIZES: PlotSizes = { wide: { width: 760, height: 360 }, narrow: { width: 344, height: 300 } };

export interface PlotSizes {
  readonly wide: PlotSize;
  readonly narrow: PlotSize;
}

/**
 * A plot with its caption. It is drawn twice, for wide and for narrow screens: scaled down, its text would be
 * unreadable on a phone.
 */
export async function plotFigure(
  id: string,
  caption: Markup,
  draw: (size: PlotSize, isNarrow: boolean) => EChartsCoreOption,
  description: string,
  { wide, narrow }: PlotSizes = SIZES,
): Promise<Markup> {
  const [large, small] = [
    await drawPlot(`${id}-wide`, draw(wide, false), wide),
    await drawPlot(`${id}-narrow`, draw(narrow, true), narrow),
  ];
  return html`<figure class="plot" id="${id}">
<div role="img" aria-label="${description}"><div class="wide">${large}</div><div class="narrow">${small}</div></div>
<figcaption>${caption}</figcaption>
</figure>
`;
}
