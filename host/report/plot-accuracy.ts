/** Accuracy against eps, one line an engine, one plot an attack. */

import type { EChartsCoreOption } from "echarts/core";
import { ENGINES, type EngineName } from "../core/index.js";
import type { ConditionSummary, Rate } from "../metrics/index.js";
import { figure, list, percent } from "./format.js";
import { html, type Markup } from "./html.js";
import { attackTitle, ENGINE_TITLES, ratesOf } from "./names.js";
import { AXIS_LINE, ENGINE_COLOURS, PLOT_COLOURS } from "./palette.js";
import { legend, SYMBOL_SIZES, SYMBOLS, shapes, stroke } from "./plot-shapes.js";
import { plotFigure } from "./svg.js";

/** A security curve: the clean inputs at eps 0, then each budget of one attack, ascending. */
interface Curve {
  /** With what tells it from another of its id. */
  readonly attack: string;
  readonly goal: string;
  readonly norm: string;
  readonly points: readonly { readonly eps: number; readonly entered: string; readonly one: ConditionSummary }[];
}

function curvesOf(summary: readonly ConditionSummary[]): Curve[] {
  const clean = summary.find(({ attack }) => attack === "none");
  const groups = new Map<string, ConditionSummary[]>();
  for (const one of summary) {
    if (!one.eps || one.attack === "none") continue;
    const key = JSON.stringify([attackTitle(one), one.goal, one.norm]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  // One budget makes no curve: the overview has it.
  const several = [...groups.values()].filter(({ length }) => length > 1);
  return several.map((group) => {
    const [first] = group;
    const points = group.map((one) => ({ eps: one.eps?.value ?? 0, entered: one.eps?.entered ?? "", one }));
    points.sort((a, b) => a.eps - b.eps);
    const start = clean ? [{ eps: 0, entered: "0", one: clean }] : [];
    return {
      attack: first ? attackTitle(first) : "",
      goal: first?.goal ?? "",
      norm: first?.norm ?? "",
      points: [...start, ...points],
    };
  });
}

/** Budgets in the unit they were entered in, where all share one: `2/255` becomes `2` on an axis "eps × 255". */
function axisOf(curve: Curve): { name: string; label: (value: number) => string } {
  const entered = curve.points.slice(curve.points[0]?.eps === 0 ? 1 : 0).map((point) => point.entered);
  const fractions = entered.map((text) => /^([\d.]+)\/([\d.]+)$/.exec(text));
  const [first] = fractions;
  if (first && fractions.every((match) => match?.[2] === first[2])) {
    const denominator = Number(first[2]);
    return { name: `eps (of ${first[2]}), ${curve.norm}`, label: (value) => figure(value * denominator) };
  }
  return { name: `eps, ${curve.norm}`, label: figure };
}

/** Left (-) and right (+) of the true eps: lines and intervals side by side stay legible. */
const SHIFTS: Readonly<Record<EngineName, number>> = { float: -1.5, grid: -0.5, native: 0.5, device: 1.5 };

/** Pixels that an engine's marks are moved sideways. */
function shiftOf(engine: EngineName, isNarrow: boolean): number {
  return SHIFTS[engine] * (isNarrow ? 2 : 4);
}

/** All plots of accuracy against eps, one an attack of several budgets. */
export async function accuracyPlots(summary: readonly ConditionSummary[], step: number | null): Promise<Markup[]> {
  const plots: Markup[] = [];
  for (const [i, curve] of curvesOf(summary).entries()) {
    const asked = ENGINES.filter((engine) => curve.points.some(({ one }) => ratesOf(one, engine)));
    // A change of one value by half a step says nothing about the length of a whole perturbation.
    const marked = curve.norm === "linf" ? step : null;
    const caption = html`Accuracy against eps, ${curve.attack} (${curve.goal}, ${curve.norm}); whiskers: 95 % Wilson intervals${
      marked === null ? "" : "; dotted: half a step and one step of the input grid"
    }. ${legend(asked)}`;
    plots.push(
      await plotFigure(
        `accuracy-${i + 1}`,
        caption,
        (_, isNarrow) => option(curve, asked, marked, isNarrow),
        describe(curve, asked),
      ),
    );
  }
  return plots;
}

function option(curve: Curve, asked: readonly EngineName[], step: number | null, isNarrow: boolean): EChartsCoreOption {
  const axis = axisOf(curve);
  const ticks = curve.points.map(({ eps }) => eps);
  const text = { color: PLOT_COLOURS.text.light, fontSize: isNarrow ? 12 : 13 };
  const largest = Math.max(...ticks);
  return {
    grid: { left: isNarrow ? 46 : 54, right: isNarrow ? 12 : 20, top: 24, bottom: 46 },
    xAxis: {
      type: "value",
      min: 0,
      max: largest * 1.03,
      name: axis.name,
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: { ...text, customValues: ticks, formatter: axis.label, hideOverlap: true },
      axisTick: { customValues: ticks, lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: 1,
      axisTick: { lineStyle: AXIS_LINE },
      axisLine: { lineStyle: AXIS_LINE },
      axisLabel: { ...text, formatter: (share: number) => `${Math.round(share * 100)} %` },
      splitLine: { lineStyle: { color: PLOT_COLOURS.rule.light } },
    },
    series: [
      ...stepMarks(step, largest, text),
      ...asked.map((engine) => line(curve, engine, isNarrow)),
      ...asked.flatMap((engine) => [whiskers(curve, engine, isNarrow), markers(curve, engine, isNarrow)]),
    ],
  };
}

/** Dotted verticals at half a grid step, from which on rounding takes a change up, and at a whole one. */
function stepMarks(step: number | null, largest: number, text: { color: string; fontSize: number }): object[] {
  if (step === null) return [];
  return [
    { at: step / 2, label: "½" },
    { at: step, label: "1 step" },
  ]
    .filter(({ at }) => at <= largest)
    .map(({ at, label }) =>
      shapes([[at]], (api) => {
        const [x, bottom] = api.coord([at, 0]);
        const [, top] = api.coord([at, 1]);
        const style = { stroke: PLOT_COLOURS.mark.light, lineWidth: 1.2, lineDash: [2, 3] };
        const name = { text: label, x, y: top - 4, fill: text.color, fontSize: text.fontSize, align: "center" };
        return {
          type: "group",
          children: [stroke(x, bottom, x, top, style), { type: "text", style: { ...name, verticalAlign: "bottom" } }],
        };
      }),
    );
}

function rateAt(one: ConditionSummary, engine: EngineName): Rate | undefined {
  return ratesOf(one, engine)?.accuracy;
}

function measured(curve: Curve, engine: EngineName): { eps: number; value: number; low: number; high: number }[] {
  return curve.points.flatMap(({ eps, one }) => {
    const { value, low, high } = rateAt(one, engine) ?? {};
    return value == null || low == null || high == null ? [] : [{ eps, value, low, high }];
  });
}

function line(curve: Curve, engine: EngineName, isNarrow: boolean): object {
  const shift = shiftOf(engine, isNarrow);
  const points = measured(curve, engine);
  const segments = points.slice(1).map((point, i) => {
    const from = points[i] as (typeof points)[number];
    return [from.eps, from.value, point.eps, point.value];
  });
  const style = {
    stroke: ENGINE_COLOURS[engine].light,
    lineWidth: 2,
    lineCap: "round",
    ...(engine === "grid" && { lineDash: [6, 4] }),
  };
  return shapes(segments, (api) => {
    const [x1, y1] = api.coord([api.value(0), api.value(1)]);
    const [x2, y2] = api.coord([api.value(2), api.value(3)]);
    return stroke(x1 + shift, y1, x2 + shift, y2, style);
  });
}

function whiskers(curve: Curve, engine: EngineName, isNarrow: boolean): object {
  const cap = isNarrow ? 1.5 : 2.5;
  const style = { stroke: ENGINE_COLOURS[engine].light, lineWidth: 1.2 };
  const bounds = measured(curve, engine).map(({ eps, low, high }) => [eps, low, high]);
  return shapes(bounds, (api) => {
    const [at, low] = api.coord([api.value(0), api.value(1)]);
    const [, high] = api.coord([api.value(0), api.value(2)]);
    const x = at + shiftOf(engine, isNarrow);
    return {
      type: "group",
      children: [
        stroke(x, low, x, high, style),
        stroke(x - cap, low, x + cap, low, style),
        stroke(x - cap, high, x + cap, high, style),
      ],
    };
  });
}

function markers(curve: Curve, engine: EngineName, isNarrow: boolean): object {
  return {
    type: "line",
    silent: true,
    symbol: SYMBOLS[engine],
    symbolSize: SYMBOL_SIZES[engine],
    symbolOffset: [shiftOf(engine, isNarrow), 0],
    itemStyle: { color: ENGINE_COLOURS[engine].light, opacity: 1 },
    lineStyle: { width: 0 },
    data: measured(curve, engine).map(({ eps, value }) => [eps, value]),
  };
}

/** The curve in words, for those who do not see it. */
function describe(curve: Curve, asked: readonly EngineName[]): string {
  const axis = axisOf(curve);
  const lines = asked.map((engine) => {
    const values = curve.points.flatMap(({ eps, one }) => {
      const value = rateAt(one, engine)?.value;
      return value == null ? [] : [`${percent(value)} at ${axis.label(eps)}`];
    });
    return `${ENGINE_TITLES[engine]}: ${values.join(", ")}`;
  });
  return `Line plot, ${axis.name}. ${list(lines)}. The table below holds the same figures.`;
}
