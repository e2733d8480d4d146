import { describe, expect, it } from "vitest";
import type { Attack } from "../../../host/attacks/index.js";
import type { ChosenAttack } from "../../../host/eval/choose.js";
import { forecastLines, oraclesOf } from "../../../host/eval/forecast.js";
import { EPS } from "./fakes.js";

const MODEL = { id: "net", inputShape: [4], classes: 2, bounds: [0, 1] as const };

function chosen(id: string, most: number | undefined, settings: Partial<ChosenAttack["settings"]> = {}): ChosenAttack {
  const attack = { id, ...(most !== undefined && { mostQueries: () => most }) } as unknown as Attack;
  const shared = { id, goal: "untargeted", norm: "l2", params: {}, eps: [], oracle: "device" } as const;
  return { attack, params: {}, settings: { ...shared, ...settings } };
}

describe("forecastLines", () => {
  it("tells what 5000 queries of 100 images cost, and what a limit would save", () => {
    expect(forecastLines([{ chosen: chosen("square", 5000), images: 100 }], MODEL, { device: 0.704 })).toEqual([
      "forecast: square (l2): at most 5000 queries, 100 images at 704 ms: at most 98 h; with --max-queries 200: at most 3.9 h",
    ]);
  });

  it("counts every budget, up to the limit that was given, and offers no other", () => {
    const at = (settings: Partial<ChosenAttack["settings"]>) =>
      forecastLines([{ chosen: chosen("square", 1000, settings), images: 1 }], MODEL, { device: 1 })[0];
    expect(at({ eps: EPS })).toMatch(/at most 2000 queries, 1 image at 1\.0 s: at most 33 min; with --max-queries 200/);
    expect(at({ eps: EPS, budget: 1500 })).toMatch(/at most 1500 queries, 1 image at 1\.0 s: at most 25 min$/);
  });

  it("adds several up, and says when time ends them", () => {
    const ahead = [
      { chosen: chosen("a", 100), images: 10 },
      { chosen: chosen("b", 200), images: 10 },
    ];
    expect(forecastLines(ahead, MODEL, { device: 0.1 }, 2).slice(2)).toEqual([
      "forecast: all of them: at most 5.0 min",
      "forecast: --max-minutes ends it after 2.0 min, and what is cut short cannot be reproduced",
    ]);
    expect(forecastLines(ahead, MODEL, { device: 0.1 }, 20)).toHaveLength(3);
  });

  it("counts what a finish asks of another engine than the search", () => {
    const white = { needs: "gradient", id: "deepfool" } as Attack;
    const { settings } = chosen("deepfool", undefined, { source: "float", finish_on: "native" });
    const { oracle: _, ...open } = settings;
    const ahead = [
      { chosen: { attack: white, params: {}, settings: open }, images: 20 },
      { chosen: chosen("zoo", 1000, { finish_on: "float", budget: 10 }), images: 2 },
    ];
    expect(oraclesOf(ahead)).toEqual(["native", "device", "float"]);
    expect(forecastLines(ahead, MODEL, { device: 0.1, native: 0.001, float: 0.01 })).toEqual([
      "forecast: deepfool (l2), finish on native: at most 49 queries, 20 images at 1.0 ms: at most 980 ms",
      "forecast: zoo (l2): at most 10 queries, 2 images at 100 ms: at most 2.0 s",
      "forecast: zoo (l2), finish on float: at most 10 queries, 2 images at 10 ms: at most 200 ms",
      "forecast: all of them: at most 3.2 s",
    ]);
  });

  it("counts nothing where a network is asked", () => {
    const twin = chosen("zoo", 1000, { finish_on: "twin" });
    const { oracle: _, ...open } = chosen("deepfool", undefined, { source: "twin", finish_on: "float" }).settings;
    const white = { attack: { needs: "gradient" } as Attack, params: {}, settings: open };
    expect(forecastLines([{ chosen: twin, images: 1 }], MODEL, { device: 1 })).toHaveLength(1);
    expect(oraclesOf([{ chosen: white, images: 1 }])).toEqual([]);
    expect(forecastLines([{ chosen: white, images: 1 }], MODEL, {})).toEqual([]);
  });

  it("makes nothing up for an attack that names no bound", () => {
    const [line] = forecastLines([{ chosen: chosen("odd", undefined), images: 3 }], MODEL, { device: 1 });
    expect(line).toBe("forecast: odd (l2): no bound on its queries");
  });
});
