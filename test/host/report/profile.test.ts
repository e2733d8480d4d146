import { describe, expect, it } from "vitest";
import type { ProfileRecord } from "../../../host/data/index.js";
import {
  memoryTable,
  nodesTable,
  plainCell,
  profilePage,
  profileSentence,
  totalsTable,
} from "../../../host/report/index.js";

const COUNTED: ProfileRecord = {
  schema: 1,
  tool: { version: "0.1.0" },
  board: {
    id: "qemu-m7",
    kind: "emulator",
    core: "cortex-m7",
    clock_hz: 25_000_000,
    clock_source: "qemu-icount",
    firmware: "abc",
    runtime: "TFLM",
  },
  model: { id: "<tiny>", file: "int8", sha256: "0".repeat(64), bytes: 4_321 },
  input: { source: "random", seed: 1 },
  runs: 40,
  memory: { arena_used: 1_000, scratch: 64, arena: 4_096, placement: "sram" },
  macs: 2_000,
  counts: { unit: "instructions", total: 5_000, kernels: 4_900, runtime: 100, exact: true, step: 40, hook: 42 },
  nodes: [
    {
      node: 0,
      operator: "CONV_2D",
      shape: [1, 4, 4, 2],
      type: "int8",
      macs: 2_000,
      kernels: "dsp",
      count: 4_000,
      count_per_mac: 2,
    },
    { node: 1, operator: "SOFTMAX", shape: [1, 2], type: "int8", macs: 0, kernels: "reference", count: 900 },
  ],
};

const { counts, ...rest } = COUNTED;
const UNCOUNTED: ProfileRecord = {
  ...rest,
  board: { ...COUNTED.board, id: "native", clock_source: "none" },
  runs: 1,
  nodes: COUNTED.nodes.map(({ count, count_per_mac, ...node }) => node),
};

const rowsOf = (table: ReturnType<typeof nodesTable>) => table.rows.map((cells) => cells.map(plainCell));

describe("tables of a profile", () => {
  it("hold each operator's counts, and blanks where it has no MACs", () => {
    expect(rowsOf(nodesTable(COUNTED))).toEqual([
      ["0", "CONV_2D", "1×4×4×2", "int8", "2\u202f000", "4\u202f000", "2.00", "80.0 %", "dsp"],
      ["1", "SOFTMAX", "1×2", "int8", "", "900", "", "18.0 %", "reference"],
    ]);
  });

  it("add up to the whole inference", () => {
    expect(rowsOf(totalsTable(COUNTED) as never)).toEqual([
      ["kernels", "4\u202f900", "2.45", "98.0 %"],
      ["interpreter", "100", "", "2.0 %"],
      ["total", "5\u202f000", "2.50", "100.0 %"],
    ]);
  });

  it("bound the parts of an inexact total by the steps of all operators", () => {
    const inexact = { ...COUNTED, runs: 1, counts: { ...(counts as NonNullable<typeof counts>), exact: false } };
    expect(totalsTable(COUNTED)?.caption).toBe("One inference, in instructions");
    expect(totalsTable(inexact)?.caption).toBe(
      "One inference, in instructions; the total to within 40, its parts to within 120",
    );
  });

  it("name what the memory is taken by", () => {
    expect(rowsOf(memoryTable(COUNTED))[0]).toEqual(["arena used", "1\u202f000", "of 4\u202f096 in sram"]);
  });

  it("claim no cost on a board that counts nothing", () => {
    expect(totalsTable(UNCOUNTED)).toBeNull();
    expect(rowsOf(nodesTable(UNCOUNTED))[0]).toEqual(["0", "CONV_2D", "1×4×4×2", "int8", "2\u202f000", "dsp"]);
    expect(profileSentence(UNCOUNTED)).toMatch(/^Board native counts neither instructions nor cycles/);
  });
});

describe("the page of a profile", () => {
  it("is one file with a bar and a row for each operator, and escapes what it is given", async () => {
    const page = await profilePage(COUNTED);
    expect(page).not.toMatch(/<script|<link|https?:\/\/(?!www\.w3\.org)/);
    expect(page).toContain("&lt;tiny&gt; on qemu-m7: profile");
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toContain("1 SOFTMAX  1×2");
    expect(page).toContain("so the counts are exact");
    expect(await profilePage(COUNTED)).toBe(page);
  });

  it("says how far off counts are whose steps do not cancel out", async () => {
    const inexact = { ...COUNTED, runs: 2, counts: { ...counts, exact: false } as NonNullable<typeof counts> };
    expect(await profilePage(inexact)).toContain(
      "Means over 2 runs; counts of operators and the total are within 40 of the exact ones.",
    );
  });

  it("draws nothing for a board that counts nothing", async () => {
    const page = await profilePage(UNCOUNTED);
    expect(page).not.toContain("<svg");
    expect(page).not.toContain("One inference");
  });
});
