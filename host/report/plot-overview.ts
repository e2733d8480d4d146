/** All attacks of a run at a glance: how often each fools float, grid control and the device. */

import type { EChartsCoreOption } from "echarts/core";
import { ENGINES, type EngineName } from "../core/index.js";
import type { ConditionSummary, Rate } from "../metrics/index.js";
import { list, percent } from "./format.js";
import { judgedEngine, representatives } from "./headline.js";
import { html, type Markup } from "./html.js";
import { conditionNotes, conditionTitle, ENGINE_TITLES, ratesOf } from "./names.js";
import { AXIS_LINE, ENGINE_COLOURS, PLOT_COLOURS } from "./palette.js";
import { legend, SYMBOL_SIZES, SYMBOLS, shapes, stroke } from "./plot-shapes.js";
import { type PlotSizes, plotFigure } from "./svg.js";

/** Pixels of a row, of what lies above and below all rows, and between the marks of a row. */
interface Layout {
  readonly row: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly apart: number;
  /** From the top of a row to its first mark. */
  readonly toMarks: number;
  /** Characters of a label that fit. */
  readonly longest: number;
  readonly isNarrow: boolean;
}

const WIDE: Layout = {
  row: 42,
  top: 10,
  bottom: 50,
  left: 236,
  right: 20,
  apart: 12,
  toMarks: 9,
  longest: 34,
  isNarrow: false,
};

/** On a phone the names stand above the marks. */
const NARROW: Layout = { ...WIDE, row: 62, left: 14, right: 16, toMarks: 29, longest: 44, isNarrow: true };

/** One row an attack, or null for a run without attacks. */
export async function overviewPlot(summary: readonly ConditionSummary[]): Promise<Markup | null> {
  const rows = representatives(summary);
  const judged = judgedEngine(summary);
  const wanted: readonly EngineName[] = ENGINES.filter((engine) => !(engine === "native" && judged === "device"));
  const asked = wanted.filter((engine) => rows.some((one) => rateAt(one, engine)));
  if (rows.length === 0 || asked.length === 0) return null;
  const isChosen = summary.filter(({ attack }) => attack !== "none").length > rows.length;
  const caption = html`Attack success rate of each attack (fooled / clean-correct on the same engine); whiskers: 95 % Wilson intervals${
    isChosen &&
    "; of an attack with several budgets the smallest of at least one grid step that fools half of what float has right, else the largest"
  }. ${legend(asked)}`;
  const height = (layout: Layout): number => layout.top + rows.length * layout.row + layout.bottom;
  const sizes: PlotSizes = {
    wide: { width: 760, height: height(WIDE) },
    narrow: { width: 344, height: height(NARROW) },
  };
  const draw = (isNarrow: boolean): EChartsCoreOption => option(rows, asked, isNarrow ? NARROW : WIDE);
  return plotFigure("overview", caption, (_, isNarrow) => draw(isNarrow), describe(rows, asked), sizes);
}

function rateAt(one: ConditionSummary, engine: EngineName): Rate | undefined {
  return ratesOf(one, engine)?.attackSuccess;
}

function option(rows: readonly ConditionSummary[], asked: readonly EngineName[], layout: Layout): EChartsCoreOption {
  const text = { color: PLOT_COLOURS.text.light, fontSize: layout.isNarrow ? 12 : 13 };
  return {
    grid: { left: layout.left, right: layout.right, top: layout.top, bottom: layout.bottom },
    xAxis: {
      type: "value",
      min: 0,
      max: 1,
      name: "attack success rate",
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: { ...text, formatter: (share: number) => `${Math.round(share * 100)} %`, alignMaxLabel: "right" },
      axisTick: { lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE, onZero: false },
      splitLine: { lineStyle: { color: PLOT_COLOURS.rule.light } },
    },
    yAxis: { type: "value", min: 0, max: rows.length, inverse: true, show: false },
    series: [
      names(rows, layout),
      ...asked.flatMap((engine, k) => [whiskers(rows, engine, k, layout), markers(rows, engine, k, layout)]),
    ],
  };
}

/** Each attack's name and notes, and a line above every row but the first. */
function names(rows: readonly ConditionSummary[], layout: Layout): object {
  const { left, right, row, longest, isNarrow } = layout;
  const data = rows.map((_, i) => [0, i]);
  return shapes(data, (api) => {
    const i = api.value(1);
    const one = rows[i] as ConditionSummary;
    const [start, y] = api.coord([0, i]);
    const [end] = api.coord([1, i]);
    const label = (content: string, dy: number, fontSize: number, fontWeight: string): object => ({
      type: "text",
      style: {
        text: shortened(content, longest),
        x: isNarrow ? start : start - 16,
        y: y + dy,
        fill: PLOT_COLOURS.text.light,
        fontSize,
        fontWeight,
        align: isNarrow ? "left" : "right",
        verticalAlign: "middle",
      },
    });
    const rule = { stroke: PLOT_COLOURS.rule.light, lineWidth: 1 };
    const notes = conditionNotes(one).join(", ");
    const title = conditionTitle(one);
    const lines = isNarrow
      ? [label(notes === "" ? title : `${title}  (${notes})`, 14, 12, "normal")]
      : [label(title, row / 2 - (notes === "" ? 0 : 8), 13, "600"), label(notes, row / 2 + 9, 11.5, "normal")];
    const edge = isNarrow ? start : start - left;
    return {
      type: "group",
      children: [...(i === 0 ? [] : [stroke(edge, y, end + (isNarrow ? 0 : right), y, rule)]), ...lines],
    };
  });
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Pixels from the top of a row to the marks of its engine number `k`. */
function depth(k: number, { toMarks, apart }: Layout): number {
  return toMarks + k * apart;
}

function measured(rows: readonly ConditionSummary[], engine: EngineName): [number, number, number, number][] {
  return rows.flatMap((one, i): [number, number, number, number][] => {
    const { value, low, high } = rateAt(one, engine) ?? {};
    return value == null || low == null || high == null ? [] : [[value, i, low, high]];
  });
}

function whiskers(rows: readonly ConditionSummary[], engine: EngineName, k: number, layout: Layout): object {
  const style = { stroke: ENGINE_COLOURS[engine].light, lineWidth: 1.4 };
  return shapes(measured(rows, engine), (api) => {
    const [from, top] = api.coord([api.value(2), api.value(1)]);
    const [to] = api.coord([api.value(3), api.value(1)]);
    const y = top + depth(k, layout);
    return {
      type: "group",
      children: [
        stroke(from, y, to, y, style),
        stroke(from, y - 2.5, from, y + 2.5, style),
        stroke(to, y - 2.5, to, y + 2.5, style),
      ],
    };
  });
}

function markers(rows: readonly ConditionSummary[], engine: EngineName, k: number, layout: Layout): object {
  return {
    type: "line",
    silent: true,
    // A mark at 0 or 100 % is drawn whole.
    clip: false,
    symbol: SYMBOLS[engine],
    symbolSize: SYMBOL_SIZES[engine],
    symbolOffset: [0, depth(k, layout)],
    itemStyle: { color: ENGINE_COLOURS[engine].light, opacity: 1 },
    lineStyle: { width: 0 },
    data: measured(rows, engine).map(([value, i]) => [value, i]),
  };
}

/** The figure in words, for those who do not see it. */
function describe(rows: readonly ConditionSummary[], asked: readonly EngineName[]): string {
  const lines = rows.map((one) => {
    const values = asked.flatMap((engine) => {
      const value = rateAt(one, engine)?.value;
      return value == null ? [] : [`${ENGINE_TITLES[engine]} ${percent(value)}`];
    });
    return `${[conditionTitle(one), ...conditionNotes(one)].join(", ")}: ${values.join(", ")}`;
  });
  return `Attack success rates. ${list(lines)}. The tables below hold the same figures.`;
}
