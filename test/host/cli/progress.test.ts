import { describe, expect, it } from "vitest";
import { createProgress } from "../../../host/cli/progress.js";
import { captured } from "./captured.js";

describe("createProgress", () => {
  it("redraws one line on a terminal, with rate and time left", () => {
    const io = captured({ isTerminal: true });
    let now = 0;
    const progress = createProgress(io, { unit: "inferences", clock: () => now });
    progress.update(0, 100);
    now = 1000;
    progress.update(20, 100, "pgd 40 %");
    now = 1010;
    progress.update(21, 100);
    expect(io.errText()).toBe(
      "\r\x1b[2K[........................] 0/100 inferences (0 %)" +
        "\r\x1b[2K[#####...................] 20/100 inferences (20 %)  20/s  4 s left  pgd 40 %",
    );
    progress.note("hello");
    expect(
      io
        .errText()
        .endsWith(
          "\r\x1b[2Khello\n\r\x1b[2K[#####...................] 20/100 inferences (20 %)  20/s  4 s left  pgd 40 %",
        ),
    ).toBe(true);
    progress.end();
    expect(io.errText().endsWith("\n")).toBe(true);
  });

  it("never writes beyond the terminal's width", () => {
    const io = captured({ isTerminal: true, columns: 30 });
    createProgress(io, { unit: "inferences", clock: () => 0 }).update(1, 2, "detail ".repeat(10));
    expect(io.errText().replace("\r\x1b[2K", "").length).toBe(29);
  });

  it("writes a plain line now and then elsewhere, and the last one always", () => {
    const io = captured();
    let now = 0;
    const progress = createProgress(io, { unit: "inferences", clock: () => now });
    for (let done = 0; done <= 100; done++) {
      now = done * 200;
      progress.update(done, 100);
    }
    progress.end();
    expect(io.errText().trim().split("\n")).toEqual([
      "0/100 inferences (0 %)",
      "50/100 inferences (50 %)  5.0/s  10 s left",
      "100/100 inferences (100 %)  5.0/s",
    ]);
  });

  it("leaves a log of a night that somebody can read", () => {
    const io = captured();
    let now = 0;
    const progress = createProgress(io, { unit: "inferences", clock: () => now });
    for (let second = 0; second < 12 * 3600; second++) {
      now = second * 1000;
      progress.update(1, 2, "square l2, attack 3 of 12");
    }
    const lines = io.errText().trim().split("\n");
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.length).toBeLessThan(400);
  });

  it("follows a change of pace", () => {
    const io = captured();
    let now = 0;
    const progress = createProgress(io, { unit: "u", clock: () => now });
    for (let done = 0; done <= 1000; done++) {
      now += done < 500 ? 10 : 200;
      progress.update(done, 1000);
    }
    expect(io.errText().trim().split("\n").at(-1)).toBe("1000/1000 u (100 %)  5.0/s");
  });
});
