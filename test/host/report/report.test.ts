import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SampleRecord } from "../../../host/data/index.js";
import { histogram, summarizeRun } from "../../../host/metrics/index.js";
import {
  accuracyTable,
  htmlReport,
  junitReport,
  loadRun,
  markdownReport,
  resultTables,
  summarySentence,
  writeReports,
} from "../../../host/report/index.js";
import { START, writeFixture } from "./fixture.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "report-"));
  await writeFixture(join(root, "whole"));
});
afterAll(() => rm(root, { recursive: true }));

const whole = () => loadRun(join(root, "whole"));

function textOf(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the summary sentence", () => {
  it("counts what both have right and the attack fools on float", async () => {
    // Right on float and device: 0 to 16; fooled on float: 0 to 14; fooled on the device: 0 to 11.
    expect(summarySentence(await whole())).toBe(
      "Of 15 images that float and device classify correctly and pgd at 2/255 fools on float, " +
        "12 (80.0 %, 95 % CI 54.8–93.0 %) also fool qemu-m7.",
    );
  });

  it("falls back to clean accuracy where no attack was judged", async () => {
    const input = await loadRun(await writeFixture(join(root, "clean-only"), { conditions: 1 }));
    expect(summarySentence(input)).toBe(
      "Of 20 images, 18 (90.0 %, 95 % CI 69.9–97.2 %) are classified correctly by qemu-m7.",
    );
  });
});

describe("the tables of results", () => {
  const cell = async (id: string, row: number, column: number) => {
    const table = resultTables((await whole()).summary).find((one) => one.id === id);
    return table?.rows[row]?.[column];
  };

  it("show accuracy over all samples", async () => {
    expect(await cell("accuracy", 0, 1)).toMatchObject({ text: "90.0 %", notes: ["18/20", "69.9–97.2"] });
    // Right at 2/255: float 15, 16, 17; the device 12 to 16 and 18.
    expect(await cell("accuracy", 2, 1)).toMatchObject({ text: "15.0 %", notes: ["3/20", "5.2–36.0"] });
    expect(await cell("accuracy", 2, 4)).toMatchObject({ text: "30.0 %", notes: ["6/20", "14.5–51.9"] });
  });

  it("show attack success over what the same engine had right", async () => {
    expect(await cell("attack-success", 1, 1)).toMatchObject({ text: "83.3 %", notes: ["15/18", "60.8–94.2"] });
    expect(await cell("attack-success", 1, 4)).toMatchObject({ text: "66.7 %", notes: ["12/18", "43.7–83.7"] });
  });

  it("show transfer and McNemar's test", async () => {
    expect(await cell("transfer", 1, 3)).toMatchObject({ text: "80.0 %", notes: ["12/15", "54.8–93.0"] });
    // Only float right: 17. Only the device: 12, 13, 14, 18. p = 2 (1 + 5) / 32.
    expect(await cell("transfer", 1, 4)).toMatchObject({ text: "0.38", notes: ["1 : 4"] });
    // Only grid right: 17. Only the device: 12, 13, 18. p = 2 (1 + 4) / 16.
    expect(await cell("transfer", 1, 5)).toMatchObject({ text: "0.63", notes: ["1 : 3"] });
  });

  it("have no column for an engine that nobody asked, and a blank where it was not asked everything", async () => {
    const input = await whole();
    const without = (drop: (record: SampleRecord) => boolean) =>
      summarizeRun(
        input.records.map((record) => {
          const { device: _, ...predictions } = record.predictions;
          return drop(record) ? { ...record, predictions } : record;
        }),
      );
    const titles = accuracyTable(without(() => true)).columns.map(({ title }) => title);
    expect(titles).toEqual(["inputs", "float", "grid control", "native"]);
    const partial = accuracyTable(without(({ condition, sample }) => condition === 1 && sample === 100));
    expect(partial.rows.map((cells) => cells[4]?.text)).toEqual(["90.0 %", "", "30.0 %"]);
  });
});

describe("the HTML report", () => {
  it("is the same bytes each time", async () => {
    expect(await htmlReport(await whole())).toBe(await htmlReport(await whole()));
  });

  it("needs nothing from elsewhere and runs no script", async () => {
    const page = await htmlReport(await whole());
    expect(page).not.toMatch(/<script|<link|<iframe|@import|javascript:/i);
    const addresses = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/gi)].map(
      (match) => match[1] ?? "",
    );
    expect(
      addresses.filter((address) => !address.startsWith("data:image/png;base64,") && !address.startsWith("#")),
    ).toEqual([]);
  });

  it("has no id twice, and every reference leads to one", async () => {
    const page = await htmlReport(await whole());
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const match of page.matchAll(/(?:url\(#|aria-labelledby=")([^")]+)/g)) expect(ids).toContain(match[1]);
  });

  it("gives every colour of its plots a counterpart in the dark", async () => {
    const page = await htmlReport(await whole());
    const plots = [...page.matchAll(/<figure class="plot".*?<\/figure>/gs)]
      .map(([figure]) => figure.replace(/<defs.*?<\/defs>/gs, ""))
      .join("");
    const used = new Set([...plots.matchAll(/(?:fill|stroke)="#\w+"/g)].map(([attribute]) => attribute));
    expect(used.size).toBeGreaterThan(8);
    for (const attribute of used) expect(page).toContain(`.plot [${attribute}]{`);
    const names = [...page.matchAll(/\.plot \[fill="#\w+"\]\{fill:var\((--[\w-]+)\)/g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("draws bars in proportion to their counts", async () => {
    const page = await htmlReport(await whole());
    const bars = [...page.matchAll(/<path d="M[\d.]+ ([\d.]+)l[\d.]+ 0l0 ([\d.]+)l-[\d.]+ 0Z" fill="#c2410c"/g)];
    // ceil(sqrt(60)) bins; the wide plot comes first.
    const heights = bars.map((match) => Number(match[2]));
    const { counts } = histogram(
      (await whole()).records.map(({ instructions }) => instructions as number),
      8,
    );
    const wide = heights.slice(0, counts.length);
    const unit = (wide[0] as number) / (counts[0] as number);
    expect(wide.map((height) => Math.round(height / unit))).toEqual(counts);
  });

  it("shows what engines received as PNG pictures of the model's size", async () => {
    const page = await htmlReport(await whole());
    const pictures = [...page.matchAll(/<img src="data:image\/png;base64,([^"]+)" width="8" height="8" alt="[^"]+"/g)];
    expect(pictures.length).toBe(18);
    // The first example's difference: two steps up or down, amplified 50 times around mid-grey (127.5).
    const { data, info } = await sharp(Buffer.from(pictures[2]?.[1] ?? "", "base64"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([8, 8, 3]);
    expect(data.every((byte) => Math.abs(Math.abs(byte - 127.5) - 100) < 0.6)).toBe(true);
  });

  it("warns of what is easily misread", async () => {
    const text = textOf(await htmlReport(await whole()));
    expect(text).toContain("pgd 0.4/255: eps is below one step");
    expect(text).toContain("pgd 2/255 on 3 of 20");
    expect(text).toContain("not a latency");
    expect(text).toContain("bad_crc 2");
    expect(text).toContain("Native and device gave the same output bytes on all 60 inferences.");
  });

  it("shouts when native and device differ", async () => {
    const input = await loadRun(await writeFixture(join(root, "differing"), { mismatches: 2 }));
    const page = await htmlReport(input);
    expect(page).toContain(
      '<li class="alarm">NATIVE AND DEVICE DIFFER: other output bytes on 2 of 60 inferences.</li>',
    );
    expect(markdownReport(input)).toContain("**ALARM** NATIVE AND DEVICE DIFFER");
  });

  it("says that a run is not complete", async () => {
    const input = await loadRun(await writeFixture(join(root, "partial"), { conditions: 2 }));
    expect(textOf(await htmlReport(input))).toContain("not complete: 40 of 60 records");
  });

  it("escapes whatever a run folder holds", async () => {
    const evil = `</style></title><script>alert(1)</script><img src=x onerror="alert(2)">'\u0001|\``;
    const start = {
      ...START,
      id: evil,
      settings: { ...START.settings, data: evil },
      dataset: { ...START.dataset, id: evil, class_names: START.dataset.class_names.map(() => evil) },
      model: { ...START.model, id: evil },
    };
    const folder = await writeFixture(join(root, "evil"), { start, requirements: [{ text: evil, met: false }] });
    const input = await loadRun(folder);
    const page = await htmlReport(input);
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img src=x");
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<\/title>/g)).toHaveLength(1);
    const outside = markdownReport(input).replace(/```sh\n.*?\n```/s, "");
    expect(outside).not.toMatch(/<script|<img/);
    expect(junitReport(input)).not.toContain("\u0001");
    expect(junitReport(input)).not.toMatch(/<script/);
  });
});

describe("the written files", () => {
  it("lie in the run folder, JUnit where it was asked for", async () => {
    const folder = await writeFixture(join(root, "gated"), {
      requirements: [
        { text: "device.robust_accuracy@pgd,2/255>=0.50", value: 0.3, met: false },
        { text: "device.accuracy>=0.80", value: 0.9, met: true },
      ],
    });
    const paths = await writeReports(folder, { junit: join(root, "junit.xml") });
    expect(paths).toEqual({
      html: join(folder, "report.html"),
      markdown: join(folder, "report.md"),
      junit: join(root, "junit.xml"),
    });
    const junit = await readFile(join(root, "junit.xml"), "utf8");
    // Complete, three conditions equal, two requirements.
    expect(junit).toContain('<testsuites name="mcu-eval" tests="6" failures="1" errors="0"');
    expect(junit).toContain('name="device.robust_accuracy@pgd,2/255&gt;=0.50">\n      <failure message="measured 0.3"');
    expect(junit).toContain('name="device.accuracy&gt;=0.80"/>');
    const markdown = await readFile(paths.markdown, "utf8");
    expect(markdown).toContain("| pgd 2/255 (linf, 2 steps) |");
    expect(markdown).toContain("12/15");
    expect(await readFile(paths.html, "utf8")).toContain('<td class="left"><span class="figure alarm">NO</span></td>');
  });
});
