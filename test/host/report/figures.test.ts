import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasuresRecord } from "../../../host/data/index.js";
import { summarizeRun } from "../../../host/metrics/index.js";
import { render } from "../../../host/report/html.js";
import {
  headlineCondition,
  htmlReport,
  loadRun,
  markdownReport,
  measureTables,
  plainCell,
  type ReportInput,
  resultTables,
} from "../../../host/report/index.js";
import { accuracyPlots } from "../../../host/report/plot-accuracy.js";
import { overviewPlot } from "../../../host/report/plot-overview.js";
import { tickTable } from "../../../host/report/plot-ticks.js";
import { writeFixture } from "./fixture.js";

let root: string;
let input: ReportInput;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "report-figures-"));
  input = await loadRun(await writeFixture(join(root, "whole")));
});
afterAll(() => rm(root, { recursive: true }));

it("the headline is never about a budget below one grid step, however well it works on float", () => {
  const fooled = input.records.map((one) =>
    one.condition === 1 ? { ...one, predictions: { ...one.predictions, float: (one.label + 1) % 10 } } : one,
  );
  expect(headlineCondition(summarizeRun(fooled))?.eps?.entered).toBe("2/255");
});

it("norms stand before and after rounding, the rest after", () => {
  const table = resultTables(input.summary).find(({ id }) => id === "rounding");
  const texts = table?.rows.map((row) => row.slice(1).map(({ text }) => text));
  // 192 values: 0.4 of a step vanishes, two steps stay, as the fixture's records have it.
  expect(texts).toEqual([
    ["0.001569", "0.001569", "0", "0/20", "0", "192"],
    ["0.007843", "0.007843", "0.007843", "3/20", "0.1087", "192"],
  ]);
});

it("instructions have their percentiles as numpy gives them", () => {
  // 1,000,000 + 10 i + condition, for i below 20 and three conditions.
  expect(tickTable(input.records)?.rows.map(([, cell]) => cell?.text.replaceAll("\u202f", ""))).toEqual([
    "60",
    "1000000",
    "1000096",
    "1000182",
    "1000192",
  ]);
});

it("grid steps are marked where eps bounds each value, and nowhere else", async () => {
  const captionOf = async (norm: "linf" | "l2") => {
    const summary = input.summary.map((one) => (one.norm ? { ...one, norm } : one));
    return render(await accuracyPlots(summary, 1 / 255));
  };
  expect(await captionOf("linf")).toContain("dotted: half a step");
  expect(await captionOf("l2")).not.toMatch(/dotted|1 step/);
});

it("curves run by eps, in whatever order the budgets were given", async () => {
  const plots = async (summary: ReportInput["summary"]) => (await accuracyPlots(summary, null)).map(render);
  expect(await plots([...input.summary].reverse())).toEqual(await plots(input.summary));
});

/** Rows in plain text: the first cell of each, and the others. */
function plainRows(summary: ReportInput["summary"], id: string): string[][] {
  const table = resultTables(summary).find((one) => one.id === id);
  return (table?.rows ?? []).map((cells) => cells.map(plainCell));
}

it("evasion is counted on grid control and devices, where float stays right", () => {
  // Right on float and the device: 0 to 16. At 2/255 float is fooled below 15, the device below 12: nobody evades.
  expect(plainRows(input.summary, "evasion")[1]?.[3]).toBe("0.0 % (0/17, 0.0–18.4)");
  const blind = input.records.map((one) => ({ ...one, predictions: { ...one.predictions, float: one.label } }));
  expect(plainRows(summarizeRun(blind), "evasion")[1]?.[3]).toBe("66.7 % (12/18, 43.7–83.7)");
});

it("parts of an ensemble and further files have tables of their own, and an oracle has its name", () => {
  const others = (prediction: number) => ({ int16x8: { prediction } });
  const records = input.records.map((one) => ({
    ...one,
    others: others(one.condition === 2 && one.sample < 105 ? one.label + 1 : one.label),
    ...(one.condition > 0 && { queries: one.sample - 100, passes: { forward: 3, backward: 1 } }),
  }));
  const rate = { numerator: 5, denominator: 20, value: 0.25, low: 0.112, high: 0.469 };
  const summary = summarizeRun(records).map((one) =>
    one.condition === 2 ? { ...one, access: "oracle native, logits", parts: [{ part: "apgd-ce", rate }] } : one,
  );
  expect(plainRows(summary, "parts")).toEqual([
    ["pgd 2/255 (linf, 2 steps, oracle native, logits)", "25.0 % (5/20, 11.2–46.9)"],
  ]);
  // Right on float: 0 to 17; of these the file is fooled on 0 to 4, and float on 0 to 14.
  expect(plainRows(summary, "files")[2]).toEqual([
    "pgd 2/255 (linf, 2 steps, oracle native, logits)",
    "75.0 % (15/20, 53.1–88.8)",
    "25.0 % (5/20, 11.2–46.9)",
    "33.3 % (5/15, 15.2–58.3)",
  ]);
  expect(plainRows(summary, "attack-cost")).toEqual([
    ["pgd 0.4/255 (linf, below 1 step)", "float", "3", "1", "9.5", "10", "19"],
    ["pgd 2/255 (linf, 2 steps)", "oracle native, logits", "3", "1", "9.5", "10", "19"],
  ]);
});

describe("measures", () => {
  const row = { of: "float", n: 20, mean: 0.25, median: 0.125 } as const;
  const measures = {
    settings: {
      samples: 20,
      estimate_samples: 8,
      tau: 1e-6,
      zoo_elements: 128,
      zoo_difference: 1e-4,
      geoda_probes: 64,
    },
    summary: [
      { measure: "gradient_zeros", ...row },
      { measure: "gradient_near_zeros", ...row },
      { measure: "gradient_cosine", ...row, of: "float,twin" },
      { measure: "zoo_zeros", ...row, of: "native_output", n: 8 },
      { measure: "quantization_shift", ...row, of: "float,native", condition: 2 },
      { measure: "boundary_l2", ...row, of: "native", n: 12, missing: 3 },
      { measure: "boundary_difference", ...row, of: "float,native", above: 9, below: 2 },
    ],
    notes: ["there is no twin of this model"],
  } as const satisfies MeasuresRecord;
  const measured = () => ({ ...input, manifest: { ...input.manifest, measures } });

  it("have tables, with what was not measured left out or blank", () => {
    const tables = measureTables(measured().manifest, input.summary);
    expect(tables.map(({ id, rows }) => [id, rows.map((cells) => cells.map(plainCell))])).toEqual([
      ["measure-gradients", [["float", "12.5 % (mean 25.0 %, n 20)", "12.5 % (mean 25.0 %, n 20)", ""]]],
      ["measure-estimates", [["native (its output)", "12.5 % (mean 25.0 %, n 8)", ""]]],
      [
        "measure-boundary",
        [
          ["native", "0.125 (mean 0.25, n 12)", "", "3/15"],
          ["native minus float (native farther on 9, nearer on 2)", "0.125 (mean 0.25, n 20)", "", ""],
        ],
      ],
      ["measure-shift", [["pgd 2/255 (linf, 2 steps)", "0.125", "0.25", "20"]]],
    ]);
    expect(measureTables(input.manifest, input.summary)).toEqual([]);
  });

  it("stand in both reports, and in the command that repeats the run", async () => {
    for (const report of [await htmlReport(measured()), markdownReport(measured())]) {
      expect(report).toContain("estimated gradients on the first 8 of them");
      expect(report).toContain("Not measured: there is no twin of this model.");
      expect(report).toContain("--measures");
    }
    expect(await htmlReport(input)).not.toContain("Measures");
  });
});

it("the figure of all attacks stands where a curve would not say all, with one row an attack", async () => {
  expect(await htmlReport(input)).not.toContain('id="overview"');
  const deepfool = input.summary.slice(2).map((one) => ({ ...one, condition: 3, attack: "deepfool", eps: undefined }));
  const two = { ...input, summary: [...input.summary, ...deepfool] };
  const page = await htmlReport(two);
  expect(page).toContain(
    "Attack success rates. pgd 2/255, linf, 2 steps: float 83.3 %, grid control 77.8 %, device 66.7 % and deepfool, linf: float 83.3 %",
  );
  expect([...page.matchAll(/<figure class="plot" id="accuracy-/g)]).toHaveLength(1);
});

it("the figure of all attacks draws each rate at its share of the axis", async () => {
  const svg = render(await overviewPlot(input.summary));
  // The device's triangle of pgd 2/255 on the wide plot: 12/18 of the axis from 236 to 740.
  const triangle = /<path d="M0 -1L1 1L-1 1Z" transform="matrix\(4\.5,0,0,4\.5,([\d.]+),/.exec(svg);
  expect(Number(triangle?.[1])).toBeCloseTo(236 + (740 - 236) * (12 / 18), 0);
});
