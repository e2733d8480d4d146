/** What each operator of a model costs, as bars in execution order. */

import type { EChartsCoreOption } from "echarts/core";
import type { ProfileNode, ProfileRecord } from "../data/index.js";
import { grouped, list, percent } from "./format.js";
import { html, type Markup } from "./html.js";
import { AXIS_LINE, ENGINE_COLOURS, PLOT_COLOURS } from "./palette.js";
import { shapes } from "./plot-shapes.js";
import { type PlotSizes, plotFigure } from "./svg.js";
import { shapeText } from "./tables-profile.js";

interface Layout {
  /** Pixels of a row, and of its bar. */
  readonly row: number;
  readonly bar: number;
  readonly left: number;
  readonly right: number;
  readonly isNarrow: boolean;
}

const TOP = 8;
const BOTTOM = 50;
const WIDE: Layout = { row: 26, bar: 14, left: 250, right: 96, isNarrow: false };
/** On a phone the names stand above the bars. */
const NARROW: Layout = { row: 44, bar: 12, left: 14, right: 78, isNarrow: true };

/** One bar a node, or null where the board counts nothing. */
export async function profilePlot(record: ProfileRecord): Promise<Markup | null> {
  const { counts, nodes } = record;
  if (!counts) return null;
  const height = ({ row }: Layout): number => TOP + nodes.length * row + BOTTOM;
  const sizes: PlotSizes = {
    wide: { width: 760, height: height(WIDE) },
    narrow: { width: 344, height: height(NARROW) },
  };
  const caption = html`Bars: ${counts.unit} of each operator's kernel in one inference. Beside them its share of the whole and, where it has weights, ${counts.unit} per MAC. The interpreter's own ${grouped(counts.runtime)} are not among them.`;
  const described = nodes.map((node) => `${nameOf(node)}: ${grouped(node.count ?? 0)}`);
  const draw = (isNarrow: boolean): EChartsCoreOption => option(record, isNarrow ? NARROW : WIDE);
  return plotFigure("profile", caption, (_, isNarrow) => draw(isNarrow), `${counts.unit}. ${list(described)}.`, sizes);
}

function nameOf(node: ProfileNode): string {
  return `${node.node} ${node.operator}`;
}

function option({ nodes, counts }: ProfileRecord, layout: Layout): EChartsCoreOption {
  const text = { color: PLOT_COLOURS.text.light, fontSize: layout.isNarrow ? 12 : 13 };
  const total = counts?.total ?? 1;
  const most = Math.max(1, ...nodes.map(({ count }) => count ?? 0));
  return {
    grid: { left: layout.left, right: layout.right, top: TOP, bottom: BOTTOM },
    xAxis: {
      type: "value",
      min: 0,
      max: most,
      name: `million ${counts?.unit}`,
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: text,
      splitNumber: layout.isNarrow ? 3 : 5,
      axisLabel: { ...text, formatter: millions, showMaxLabel: false, hideOverlap: true },
      axisTick: { lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE, onZero: false },
      splitLine: { lineStyle: { color: PLOT_COLOURS.rule.light } },
    },
    yAxis: { type: "value", min: 0, max: nodes.length, inverse: true, show: false },
    series: [
      shapes(
        nodes.map(({ count }, i) => [count ?? 0, i]),
        (api) => {
          const i = api.value(1);
          const node = nodes[i] as ProfileNode;
          const [end, top] = api.coord([api.value(0), i]);
          const [start] = api.coord([0, i]);
          const { row, bar, isNarrow } = layout;
          const y = isNarrow ? top + row - bar - 6 : top + (row - bar) / 2;
          const label = (content: string, x: number, at: number, more: object): object => ({
            type: "text",
            style: { text: content, x, y: at, fill: PLOT_COLOURS.text.light, verticalAlign: "middle", ...more },
          });
          const name = `${nameOf(node)}  ${shapeText(node)}`;
          const ratio = node.count_per_mac === undefined ? "" : `, ${node.count_per_mac.toFixed(2)}`;
          return {
            type: "group",
            children: [
              {
                type: "rect",
                shape: { x: start, y, width: Math.max(1, end - start), height: bar },
                style: { fill: ENGINE_COLOURS.device.light },
              },
              isNarrow
                ? label(name, start, top + 12, { fontSize: 12, align: "left" })
                : label(name, start - 12, y + bar / 2, { fontSize: 12.5, align: "right" }),
              label(`${percent((node.count ?? 0) / total)}${ratio}`, end + 6, y + bar / 2, {
                fontSize: isNarrow ? 11 : 12,
                align: "left",
              }),
            ],
          };
        },
      ),
    ],
  };
}

function millions(value: number): string {
  return String(Number((value / 1e6).toPrecision(3)));
}
