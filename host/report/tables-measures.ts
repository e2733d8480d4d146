/** The measures of a run as tables; docs/guide/measures.md has the definitions. */

import type { MeasureSummaryRecord, MeasuresRecord, RunManifest } from "../data/index.js";
import type { ConditionSummary } from "../metrics/index.js";
import { conditionCell } from "./cells.js";
import { figure, fraction, grouped, percent } from "./format.js";
import { ENGINE_TITLES } from "./names.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

/** All tables that have a row; none for a run without measures. */
export function measureTables({ measures }: RunManifest, summary: readonly ConditionSummary[]): Table[] {
  if (measures === undefined) return [];
  return [
    gradientTable(measures),
    estimateTable(measures),
    boundaryTable(measures),
    shiftTable(measures, summary),
  ].filter(({ rows }) => rows.length > 0);
}

/** What the tables rest on, in a sentence each. */
export function measureNotes({ measures }: RunManifest): string[] {
  if (measures === undefined) return [];
  const { samples = 0, estimate_samples: few = 0 } = measures.settings;
  const count =
    few > 0
      ? `Taken on the run's first ${grouped(samples)} samples; estimated gradients on the first ${grouped(few)} of them that float and native have right.`
      : `Taken on the run's first ${grouped(samples)} samples.`;
  return [count, ...(measures.notes ?? []).map((note) => `Not measured: ${note}.`)];
}

type Name = MeasureSummaryRecord["measure"];

function rowOf({ summary }: MeasuresRecord, measure: Name, of: string): MeasureSummaryRecord | undefined {
  return summary.find((row) => row.measure === measure && row.of === of);
}

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string, note: string): Column => ({ title, note, align: "right" });

/** Median, with the mean and the number of samples below. */
function spreadCell(row: MeasureSummaryRecord | undefined, text: (value: number) => string): Cell {
  if (row === undefined) return BLANK;
  const mean = row.mean === undefined ? [] : [`mean ${text(row.mean)}`];
  return { text: row.median === undefined ? "–" : text(row.median), notes: [...mean, `n ${grouped(row.n)}`] };
}

function gradientTable(measures: MeasuresRecord): Table {
  const { tau = 0 } = measures.settings;
  const cosine = rowOf(measures, "gradient_cosine", "float,twin");
  const networks = ["float", "twin"].filter((of) => rowOf(measures, "gradient_zeros", of));
  return {
    id: "measure-gradients",
    caption: `Gradient of the cross-entropy at the clean inputs: share of its entries that are 0, or at most ${figure(tau)} in size, and the cosine between float's and the twin's (medians)`,
    columns: [
      left("network"),
      right("zero-density", "g = 0"),
      right("zero-density", `|g| ≤ ${figure(tau)}`),
      ...(cosine ? [right("cosine", "float and twin")] : []),
    ],
    rows: networks.map((of) => [
      { text: of },
      spreadCell(rowOf(measures, "gradient_zeros", of), percent),
      spreadCell(rowOf(measures, "gradient_near_zeros", of), percent),
      ...(cosine ? [of === "twin" ? spreadCell(cosine, figure) : BLANK] : []),
    ]),
  };
}

const ORACLES = [
  { of: "float", text: "float", notes: [] },
  { of: "native", text: "native", notes: ["before the softmax"] },
  { of: "native_output", text: "native", notes: ["its output"] },
] as const;

function estimateTable(measures: MeasuresRecord): Table {
  const { zoo_elements: elements = 0, zoo_difference: difference = 0, geoda_probes: probes = 0 } = measures.settings;
  const known = ORACLES.filter(({ of }) => rowOf(measures, "zoo_zeros", of) ?? rowOf(measures, "geoda_zeros", of));
  return {
    id: "measure-estimates",
    caption:
      `Estimated gradients: share of entries that are 0 (medians). ZOO: ${grouped(elements)} elements at the clean input, asked ` +
      `${figure(difference)} to either side on float and one grid step on native; GeoDA: a normal of ${grouped(probes)} probes at the boundary, from labels`,
    columns: [left("oracle"), right("ZOO", "zero-density"), right("GeoDA", "zero-density")],
    rows: known.map(({ of, text, notes }) => [
      { text, notes },
      spreadCell(rowOf(measures, "zoo_zeros", of), percent),
      spreadCell(rowOf(measures, "geoda_zeros", of), percent),
    ]),
  };
}

function boundaryTable(measures: MeasuresRecord): Table {
  const engines = (["float", "grid", "native"] as const).filter((of) => rowOf(measures, "boundary_l2", of));
  const differences = (["float", "grid"] as const).flatMap((from) => {
    const row = rowOf(measures, "boundary_difference", `${from},native`);
    return row ? [{ from, row }] : [];
  });
  return {
    id: "measure-boundary",
    caption:
      "Distance to the decision boundary along the best direction the run found, over samples that the engine has right " +
      "(medians; float by bisection on real values, the others on whole grid steps)",
    columns: [
      left("engine"),
      right("l2", "in input units"),
      right("linf", "in input units"),
      right("not fooled", "on the whole way"),
    ],
    rows: [
      ...engines.map((of): Cell[] => {
        const row = rowOf(measures, "boundary_l2", of);
        const missing = row?.missing ?? 0;
        const all = { numerator: missing, denominator: missing + (row?.n ?? 0), value: null, low: null, high: null };
        return [
          { text: ENGINE_TITLES[of] },
          spreadCell(row, figure),
          spreadCell(rowOf(measures, "boundary_linf", of), figure),
          { text: fraction(all) },
        ];
      }),
      ...differences.map(({ from, row }): Cell[] => [
        {
          text: `native minus ${ENGINE_TITLES[from]}`,
          notes: [`native farther on ${row.above ?? 0}, nearer on ${row.below ?? 0}`],
        },
        spreadCell(row, figure),
        BLANK,
        BLANK,
      ]),
    ],
  };
}

function shiftTable(measures: MeasuresRecord, summary: readonly ConditionSummary[]): Table {
  const rows = measures.summary.flatMap((row): Cell[][] => {
    const one = summary.find(({ condition }) => condition === row.condition);
    if (row.measure !== "quantization_shift" || one === undefined) return [];
    const of = (value: number | undefined): Cell => ({ text: value === undefined ? "" : figure(value) });
    return [[conditionCell(one), of(row.median), of(row.mean), { text: grouped(row.n) }]];
  });
  return {
    id: "measure-shift",
    caption:
      "Quantisation shift: length of the difference between float's and native's logits for the same input on the grid",
    columns: [left("inputs"), right("shift", "median"), right("shift", "mean"), { title: "samples", align: "right" }],
    rows,
  };
}
