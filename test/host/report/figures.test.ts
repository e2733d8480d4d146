import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { summarizeRun } from "../../../host/metrics/index.js";
import { render } from "../../../host/report/html.js";
import { headlineCondition, loadRun, type ReportInput, resultTables } from "../../../host/report/index.js";
import { accuracyPlots } from "../../../host/report/plot-accuracy.js";
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
