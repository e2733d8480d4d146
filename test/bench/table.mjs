// Verdicts as text.

const COLUMNS = [
  ["who", 14],
  ["success [95 %]", 24],
  ["median", 9],
  ["forward", 9],
  ["backward", 9],
  ["CPU s/1000", 11],
  ["ours/theirs", 11],
];

function number(value, digits = 4) {
  if (value === undefined) return "";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "-" : "inf";
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(digits)));
}

function cells(row) {
  if (row.error) return [row.name, row.error.split("\n")[0].slice(0, 90)];
  const { numerator, denominator, low, high } = row.success;
  return [
    row.name,
    `${numerator}/${denominator} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`,
    number(row.median),
    number(row.forward),
    number(row.backward),
    number(row.cpuPerThousand),
    row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}${row.otherRun ? "~" : ""}`,
  ];
}

const line = (values) =>
  values
    .map((value, i) => String(value).padEnd(COLUMNS[i][1]))
    .join(" ")
    .trimEnd();

/** The block of one case. */
export function block(entry, { rows, bars }) {
  const settings = Object.entries(entry.settings).map(([name, value]) => `${name} ${value}`);
  const eps = entry.eps === undefined ? [] : [`eps ${entry.eps}`];
  const goal = entry.goal === "targeted" ? ["random target"] : [];
  const head = [`${entry.id} (${entry.norm})`, ...eps, ...goal, ...settings, `n ${entry.n}`, `batch ${entry.batch}`];
  const remarks = rows.flatMap((row) => [
    ...(row.refused ? [`${row.name}: ${row.refused} NaN, out of bounds or beyond eps, counted as failures`] : []),
    ...(row.note ? [`${row.name}: ${row.note}`] : []),
    ...(row.otherRun ? [`${row.name}: "~" divides CPU times of two runs; --fresh measures both in one`] : []),
  ]);
  return [
    head.join(", "),
    line(COLUMNS.map(([name]) => name)),
    ...rows.map((row) => line(cells(row))),
    ...bars.map(({ what, ok, text }) => `  ${ok ? "ok  " : "MISS"} ${what.padEnd(8)} ${text}`),
    ...remarks.map((text) => `  note ${text}`),
    "",
  ].join("\n");
}
