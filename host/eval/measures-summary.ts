/** The figures of `measures.jsonl` in short. */

import type { MeasuredOracle, MeasureRecord, MeasureSummaryRecord } from "../data/index.js";
import { percentiles } from "../metrics/index.js";

type Of<S extends MeasureRecord["set"]> = Extract<MeasureRecord, { set: S }>;

/** One row a measure, network and, for the shift, condition; none of what was not measured. */
export function summarizeMeasures(records: readonly MeasureRecord[]): MeasureSummaryRecord[] {
  const of = <S extends MeasureRecord["set"]>(set: S): Of<S>[] =>
    records.filter((record): record is Of<S> => record.set === set);
  return [
    ...gradientRows(of("gradients")),
    ...estimateRows(of("estimates"), "zoo"),
    ...estimateRows(of("estimates"), "geoda"),
    ...shiftRows(of("shift")),
    ...boundaryRows(of("boundary")),
  ].filter(({ n, missing = 0 }) => n + missing > 0);
}

function gradientRows(records: readonly Of<"gradients">[]): MeasureSummaryRecord[] {
  const networks = ["float", "twin"] as const;
  return [
    ...networks.flatMap((of) => [
      spread(
        "gradient_zeros",
        of,
        records.flatMap((record) => record[of]?.zeros ?? []),
      ),
      spread(
        "gradient_near_zeros",
        of,
        records.flatMap((record) => record[of]?.near_zeros ?? []),
      ),
    ]),
    spread(
      "gradient_cosine",
      "float,twin",
      records.flatMap(({ cosine }) => cosine ?? []),
    ),
  ];
}

const ORACLES: readonly MeasuredOracle[] = ["float", "native", "native_output"];

function estimateRows(records: readonly Of<"estimates">[], by: "zoo" | "geoda"): MeasureSummaryRecord[] {
  return ORACLES.flatMap((oracle) => [
    spread(
      `${by}_zeros`,
      oracle,
      records.flatMap((record) => record[by][oracle]?.zeros ?? []),
    ),
    spread(
      `${by}_near_zeros`,
      oracle,
      records.flatMap((record) => record[by][oracle]?.near_zeros ?? []),
    ),
  ]);
}

function shiftRows(records: readonly Of<"shift">[]): MeasureSummaryRecord[] {
  const conditions = [...new Set(records.map(({ condition }) => condition))];
  return conditions.map((condition) => ({
    ...spread(
      "quantization_shift",
      "float,native",
      records.filter((one) => one.condition === condition).map(({ l2 }) => l2),
    ),
    condition,
  }));
}

/** Samples that an engine has wrong when clean have no distance from it. */
function boundaryRows(records: readonly Of<"boundary">[]): MeasureSummaryRecord[] {
  const engines = ["float", "grid", "native"] as const;
  const norms = ["l2", "linf"] as const;
  return [
    ...norms.flatMap((norm) =>
      engines.map((engine) => {
        const right = records.filter((record) => record[engine]?.[norm] !== 0);
        const found = right.flatMap((record) => record[engine]?.[norm] ?? []);
        const median = medianOf([
          ...found,
          ...new Array<number>(right.length - found.length).fill(Number.POSITIVE_INFINITY),
        ]);
        const { median: _, ...rest } = spread(`boundary_${norm}`, engine, found);
        return {
          ...rest,
          ...(median !== undefined && Number.isFinite(median) && { median }),
          missing: right.length - found.length,
        };
      }),
    ),
    ...(["float", "grid"] as const).map((from) => {
      const pairs = records.flatMap(({ [from]: first, native }) =>
        first && native && first.l2 > 0 && native.l2 > 0 ? [native.l2 - first.l2] : [],
      );
      return {
        ...spread("boundary_difference", `${from},native`, pairs),
        above: pairs.filter((value) => value > 0).length,
        below: pairs.filter((value) => value < 0).length,
      };
    }),
  ];
}

function spread(measure: MeasureSummaryRecord["measure"], of: string, values: readonly number[]): MeasureSummaryRecord {
  const median = medianOf(values);
  if (median === undefined) return { measure, of, n: 0 };
  return { measure, of, n: values.length, mean: values.reduce((sum, value) => sum + value, 0) / values.length, median };
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : percentiles(values, [50])[0];
}
