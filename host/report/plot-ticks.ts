/** What one inference cost the device, over all inferences: a histogram and the figures behind it. */

import type { EChartsCoreOption } from "echarts/core";
import type { SampleRecord } from "../data/index.js";
import { histogram, percentiles } from "../metrics/index.js";
import { grouped, plural } from "./format.js";
import { html, type Markup } from "./html.js";
import { AXIS_LINE, ENGINE_COLOURS, PLOT_COLOURS } from "./palette.js";
import { plotFigure } from "./svg.js";
import type { Table } from "./table.js";

const QUANTITIES = [
  { field: "instructions", title: "instructions", id: "instructions" },
  { field: "cycles", title: "cycles", id: "cycles" },
  { field: "latency_us", title: "latency in µs", id: "latency" },
] as const;

interface Measured {
  readonly id: string;
  readonly title: string;
  readonly values: readonly number[];
}

/** The quantities that the device counted; none is derived from another. */
function measuredIn(records: readonly SampleRecord[]): Measured[] {
  return QUANTITIES.map(({ field, title, id }) => ({
    id,
    title,
    values: records.flatMap((record) => record[field] ?? []),
  })).filter(({ values }) => values.length > 0);
}

/** Count, extremes and percentiles of each quantity, or null where the device counted nothing. */
export function tickTable(records: readonly SampleRecord[]): Table | null {
  const measured = measuredIn(records);
  if (measured.length === 0) return null;
  const clocks = [...new Set(records.flatMap(({ clock_source }) => clock_source ?? []))];
  const figures = measured.map(({ values }) => [values.length, ...percentiles(values, [0, 50, 95, 100])]);
  return {
    id: "ticks",
    caption: `Counted around one inference on the device${clocks.length > 0 ? ` (clock source: ${clocks.join(", ")})` : ""}`,
    columns: [
      { title: "per inference", align: "left" },
      ...measured.map(({ title }) => ({ title, align: "right" as const })),
    ],
    rows: ["inferences", "smallest", "median", "95th percentile", "largest"].map((name, i) => [
      { text: name },
      ...figures.map((column) => ({ text: grouped(column[i] as number) })),
    ]),
  };
}

/** One histogram a quantity; where every inference cost the same, a sentence says so instead. */
export async function tickPlots(records: readonly SampleRecord[]): Promise<Markup[]> {
  const plots: Markup[] = [];
  for (const { id, title, values } of measuredIn(records)) {
    const [low = 0, median = 0, high = 0] = percentiles(values, [0, 50, 100]);
    if (low === high) {
      plots.push(html`<p>All ${plural(values.length, "inference")} took exactly ${grouped(low)} ${title}.</p>`);
      continue;
    }
    const caption = html`Histogram of ${title} over ${plural(values.length, "inference")}, clean and adversarial. The axis starts at the smallest, ${grouped(low)}; the largest lies ${grouped(high - low)} above it (${(((high - low) / median) * 100).toPrecision(2)} % of the median).`;
    const description = `Histogram of ${title}: from ${grouped(low)} to ${grouped(high)}, median ${grouped(median)}.`;
    plots.push(
      await plotFigure(`histogram-${id}`, caption, (_, isNarrow) => option(title, values, isNarrow), description),
    );
  }
  return plots;
}

function option(title: string, values: readonly number[], isNarrow: boolean): EChartsCoreOption {
  const { edges, counts } = histogram(values, binsFor(values, isNarrow ? 24 : 48));
  const low = edges[0] as number;
  const text = { color: PLOT_COLOURS.text.light, fontSize: isNarrow ? 12 : 13 };
  const bars = counts.map((count, i) => [(edges[i] as number) - low, (edges[i + 1] as number) - low, count]);
  return {
    grid: { left: isNarrow ? 46 : 54, right: isNarrow ? 16 : 24, top: 16, bottom: 46 },
    xAxis: {
      type: "value",
      min: 0,
      max: (edges.at(-1) as number) - low,
      name: `${title} above ${grouped(low)}`,
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: text,
      splitNumber: isNarrow ? 3 : 6,
      axisLabel: { ...text, formatter: (value: number) => grouped(value), hideOverlap: true },
      axisTick: { lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      axisTick: { lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE },
      axisLabel: { ...text, formatter: (value: number) => grouped(value) },
      splitLine: { lineStyle: { color: PLOT_COLOURS.rule.light } },
    },
    series: [
      {
        type: "custom",
        silent: true,
        data: bars,
        encode: { x: [0, 1], y: 2 },
        renderItem(_: unknown, api: { value(i: number): number; coord(point: [number, number]): [number, number] }) {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), 0]);
          const shape = { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top };
          return { type: "rect", shape, style: { fill: ENGINE_COLOURS.device.light } };
        },
      },
    ],
  };
}

/** Bins by the square-root rule, at most one a count step where the counts are whole numbers. */
function binsFor(values: readonly number[], most: number): number {
  const [low = 0, high = 0] = percentiles(values, [0, 100]);
  const steps = values.every(Number.isInteger) ? high - low : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(most, Math.ceil(Math.sqrt(values.length)), steps));
}
