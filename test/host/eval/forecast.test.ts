import { describe, expect, it } from "vitest";
import type { Attack } from "../../../host/attacks/index.js";
import type { ChosenAttack } from "../../../host/eval/choose.js";
import { forecastLines } from "../../../host/eval/forecast.js";
import { EPS } from "./fakes.js";

const MODEL = { id: "net", inputShape: [4], classes: 2, bounds: [0, 1] as const };

function chosen(id: string, most: number | undefined, settings: Partial<ChosenAttack["settings"]> = {}): ChosenAttack {
  const attack = { id, ...(most !== undefined && { mostQueries: () => most }) } as unknown as Attack;
  const shared = { id, goal: "untargeted", norm: "l2", params: {}, eps: [], oracle: "device" } as const;
  return { attack, params: {}, settings: { ...shared, ...settings } };
}

describe("forecastLines", () => {
  it("tells what 5000 queries of 100 images cost, and what a limit would save", () => {
    expect(forecastLines([{ chosen: chosen("square", 5000), images: 100 }], MODEL, 0.704)).toEqual([
      "forecast: square (l2): at most 5000 queries, 100 images at 704 ms: 98 h; with --max-queries 200: 3.9 h",
    ]);
  });

  it("counts every budget, up to the limit that was given, and offers no other", () => {
    const at = (settings: Partial<ChosenAttack["settings"]>) =>
      forecastLines([{ chosen: chosen("square", 1000, settings), images: 1 }], MODEL, 1)[0];
    expect(at({ eps: EPS })).toMatch(/at most 2000 queries, 1 image at 1\.0 s: 33 min; with --max-queries 200/);
    expect(at({ eps: EPS, budget: 1500 })).toMatch(/at most 1500 queries, 1 image at 1\.0 s: 25 min$/);
  });

  it("adds several up, and says when time ends them", () => {
    const ahead = [
      { chosen: chosen("a", 100), images: 10 },
      { chosen: chosen("b", 200), images: 10 },
    ];
    expect(forecastLines(ahead, MODEL, 0.1, 2).slice(2)).toEqual([
      "forecast: all of them: at most 5.0 min",
      "forecast: ends after 2.0 min by --max-minutes, and cannot be reproduced then",
    ]);
    expect(forecastLines(ahead, MODEL, 0.1, 20)).toHaveLength(3);
  });

  it("makes nothing up for an attack that names no bound", () => {
    const [line] = forecastLines([{ chosen: chosen("odd", undefined), images: 3 }], MODEL, 1);
    expect(line).toBe("forecast: odd (l2): no bound on its queries");
  });
});
