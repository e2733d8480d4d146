import { describe, expect, it } from "vitest";
import { summarize, type Verdict } from "../../../host/eval/summary.js";

/** label, float, grid, native, device */
const verdict = (sample: number, label: number, ...[float, grid, native, device]: number[]): Verdict => ({
  sample,
  label,
  predictions: { float, grid, native, device } as Verdict["predictions"],
});

// Sample 3 is wrong on the device from the start; sample 4 on float.
const CLEAN = [
  verdict(0, 1, 1, 1, 1, 1),
  verdict(1, 1, 1, 1, 1, 1),
  verdict(2, 2, 2, 2, 2, 2),
  verdict(3, 2, 2, 2, 0, 0),
  verdict(4, 0, 1, 0, 0, 0),
];
const ATTACKED = [
  verdict(0, 1, 0, 1, 1, 1),
  verdict(1, 1, 0, 0, 0, 0),
  verdict(2, 2, 2, 2, 0, 0),
  verdict(3, 2, 0, 0, 0, 0),
  verdict(4, 0, 1, 1, 1, 1),
];

const share = (rate: { numerator: number; denominator: number } | undefined) =>
  rate && `${rate.numerator}/${rate.denominator}`;

describe("summarize", () => {
  it("gives clean accuracy only for the clean inputs", () => {
    const { engines } = summarize(CLEAN, null);
    expect(engines.map(({ engine, accuracy }) => [engine, share(accuracy)])).toEqual([
      ["float", "4/5"],
      ["grid", "5/5"],
      ["native", "4/5"],
      ["device", "4/5"],
    ]);
    expect(engines.every((rates) => !("attackSuccess" in rates) && !("transfer" in rates))).toBe(true);
  });

  it("counts success on what the engine had right, and transfer on what both had right and float lost", () => {
    const rates = Object.fromEntries(summarize(ATTACKED, CLEAN).engines.map((row) => [row.engine, row]));
    expect(share(rates["float"]?.accuracy)).toBe("1/5");
    expect(share(rates["float"]?.attackSuccess)).toBe("3/4");
    expect(rates["float"]?.transfer).toBeUndefined();
    expect(share(rates["device"]?.accuracy)).toBe("1/5");
    expect(share(rates["device"]?.attackSuccess)).toBe("3/4");
    // Eligible: samples 0 and 1. Sample 3 was wrong on the device, 4 on float, 2 did not fool float.
    expect(share(rates["device"]?.transfer)).toBe("1/2");
  });

  it("leaves samples whose label is the target out of a targeted attack", () => {
    const aimed = ATTACKED.map((verdict) => ({ ...verdict, target: 0 }));
    const rates = Object.fromEntries(summarize(aimed, CLEAN).engines.map((row) => [row.engine, row]));
    expect(share(rates["device"]?.attackSuccess)).toBe("2/3");
    expect(share(rates["float"]?.attackSuccess)).toBe("3/4");
  });

  it("tests float and grid control against the device", () => {
    const { mcnemar } = summarize(ATTACKED, CLEAN);
    expect(mcnemar.floatDevice).toMatchObject({ b: 1, c: 1, p: 1 });
    expect(mcnemar.gridDevice).toMatchObject({ b: 1, c: 0, p: 1 });
  });

  it("counts mismatches, norms above eps and samples given up", () => {
    const [first, ...rest] = ATTACKED as [Verdict, ...Verdict[]];
    const { mismatches, aboveEps, gaveUp } = summarize(
      [{ ...first, agrees: false, aboveEps: true, gaveUp: true }, ...rest],
      CLEAN,
    );
    expect([mismatches, aboveEps, gaveUp]).toEqual([1, 1, 1]);
  });

  it("has no column for an engine that was not asked", () => {
    const without = CLEAN.map((verdict) => ({ ...verdict, predictions: { float: 1, grid: 1, device: 1 } }));
    expect(summarize(without, null).engines.map(({ engine }) => engine)).toEqual(["float", "grid", "device"]);
  });
});
