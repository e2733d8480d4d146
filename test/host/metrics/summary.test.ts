import { describe, expect, it } from "vitest";
import { type ConditionSummary, type JudgedSample, summarizeRun } from "../../../host/metrics/index.js";

const PGD = {
  condition: 1,
  attack: "pgd",
  goal: "untargeted",
  norm: "linf",
  eps: { entered: "2/255", value: 2 / 255 },
} as const;

function clean(sample: number, label: number, float: number, device: number): JudgedSample {
  const predictions = { float, grid: float, native: device, device };
  return { condition: 0, attack: "none", sample, label, predictions, outputs: { native: "0a", device: "0a" } };
}

function attacked(sample: number, label: number, float: number, grid: number, device: number): JudgedSample {
  return { ...PGD, sample, label, predictions: { float, grid, native: device, device } };
}

/*
 * Six samples of class 0. Clean: float has 0-4 right, the device 0-3 and 5.
 * Adversarial: float is fooled on 0-3 (4 withstands; 5 was wrong and stays wrong);
 * the device on 0, 1 and 5, grid control on 0 and on 5.
 */
const SAMPLES: readonly JudgedSample[] = [
  clean(0, 0, 0, 0),
  clean(1, 0, 0, 0),
  clean(2, 0, 0, 0),
  clean(3, 0, 0, 0),
  clean(4, 0, 0, 7),
  clean(5, 0, 7, 0),
  attacked(0, 0, 1, 1, 1),
  attacked(1, 0, 1, 0, 1),
  attacked(2, 0, 1, 0, 0),
  attacked(3, 0, 1, 0, 0),
  attacked(4, 0, 0, 0, 7),
  attacked(5, 0, 7, 7, 1),
];

describe("summarizeRun", () => {
  const [cleanRow, pgdRow] = summarizeRun(SAMPLES);
  const of = (engine: string) => pgdRow?.engines.find((rates) => rates.engine === engine);

  it("gives clean accuracy over all samples and no attack rates for the clean inputs", () => {
    expect(cleanRow?.engines.map(({ engine, accuracy }) => [engine, accuracy.numerator, accuracy.denominator])).toEqual(
      [
        ["float", 5, 6],
        ["grid", 5, 6],
        ["native", 5, 6],
        ["device", 5, 6],
      ],
    );
    expect(cleanRow?.engines.every((rates) => rates.attackSuccess === undefined && rates.transfer === undefined)).toBe(
      true,
    );
  });

  it("counts robust accuracy over all n, also samples that were wrong on the clean input", () => {
    expect(of("float")?.accuracy).toMatchObject({ numerator: 1, denominator: 6 });
    expect(of("grid")?.accuracy).toMatchObject({ numerator: 4, denominator: 6 });
    expect(of("device")?.accuracy).toMatchObject({ numerator: 2, denominator: 6 });
  });

  it("counts attack success over what the same engine had right", () => {
    expect(of("float")?.attackSuccess).toMatchObject({ numerator: 4, denominator: 5 });
    expect(of("grid")?.attackSuccess).toMatchObject({ numerator: 1, denominator: 5 });
    expect(of("device")?.attackSuccess).toMatchObject({ numerator: 3, denominator: 5 });
  });

  it("counts transfer over what both had right and float was fooled on", () => {
    expect(of("float")?.transfer).toBeUndefined();
    expect(of("device")?.transfer).toMatchObject({ numerator: 2, denominator: 4 });
    expect(of("grid")?.transfer).toMatchObject({ numerator: 1, denominator: 4 });
  });

  it("counts evasion over what both had right, where float stays right", () => {
    // Right on both when clean: 0 to 3, and float is fooled on all of them.
    expect(of("float")?.evasion).toBeUndefined();
    expect(of("device")?.evasion).toMatchObject({ numerator: 0, denominator: 4 });
    const kept = SAMPLES.map((one) =>
      one.condition === 1 && one.sample < 3 ? { ...one, predictions: { ...one.predictions, float: 0 } } : one,
    );
    // Float stays right on 0, 1 and 2; the device is fooled on 0 and 1.
    const device = summarizeRun(kept)[1]?.engines.find(({ engine }) => engine === "device");
    expect(device?.evasion).toMatchObject({ numerator: 2, denominator: 4 });
  });

  it("judges further files of the model as the native build ran them", () => {
    // Right when clean on all but 4; adversarial: fooled on 1 alone, and still wrong on 4.
    const with16 = SAMPLES.map((one): JudgedSample => {
      const isWrong = one.sample === 4 || (one.condition === 1 && one.sample === 1);
      return { ...one, others: { int16x8: { prediction: isWrong ? 3 : 0 } } };
    });
    const [clean16, pgd16] = summarizeRun(with16).map(({ files }) => files);
    expect(clean16).toMatchObject([{ file: "int16x8", rates: { accuracy: { numerator: 5, denominator: 6 } } }]);
    expect(pgd16).toMatchObject([
      {
        file: "int16x8",
        rates: {
          accuracy: { numerator: 4, denominator: 6 },
          attackSuccess: { numerator: 1, denominator: 5 },
          transfer: { numerator: 1, denominator: 4 },
        },
      },
    ]);
    expect(pgdRow?.files).toEqual([]);
    const partial = with16.map((one) => (one.condition === 1 && one.sample === 0 ? { ...one, others: {} } : one));
    expect(summarizeRun(partial)[1]?.files).toEqual([]);
  });

  it("tests float and grid control against the device on the same samples", () => {
    // Float against device: only float right on 4; only the device right on 2 and 3. p = 2 * P(X <= 1 | 3, 1/2) = 1.
    expect(pgdRow?.mcnemar.floatDevice).toEqual({ b: 1, c: 2, p: 1 });
    // Grid right on 1, 2, 3, 4; device on 2, 3: only grid on 1 and 4. p = 2 * 1/4.
    expect(pgdRow?.mcnemar.gridDevice).toMatchObject({ b: 2, c: 0 });
    expect(pgdRow?.mcnemar.gridDevice?.p).toBeCloseTo(0.5, 12);
  });

  it("leaves out an engine that was not asked about every sample", () => {
    const partial = SAMPLES.map((one) =>
      one.condition === 1 && one.sample === 3 ? { ...one, predictions: { float: 1, grid: 0, native: 0 } } : one,
    );
    const row = summarizeRun(partial)[1];
    expect(row?.engines.map(({ engine }) => engine)).toEqual(["float", "grid", "native"]);
    expect(row?.mcnemar).toEqual({});
  });

  it("leaves out samples whose label is the target, and counts hits of the target only", () => {
    const targets = [1, 1, 1, 0, 1, 1];
    const targeted = SAMPLES.map(
      (one): JudgedSample => (one.condition === 1 ? { ...one, goal: "targeted", target: targets[one.sample] } : one),
    );
    const device = summarizeRun(targeted)[1]?.engines.find(({ engine }) => engine === "device");
    // Clean-correct on the device: 0, 1, 2, 3, 5; 3 is left out; 0, 1 and 5 predict class 1.
    expect(device?.attackSuccess).toMatchObject({ numerator: 3, denominator: 4 });
    expect(device?.transfer).toMatchObject({ numerator: 2, denominator: 3 });
  });

  it("counts outputs that differ, norms above eps and what the attack gave up on", () => {
    const bytes = (native: string, device: string) => ({ outputs: { native, device } });
    const norm = (linf: number) => ({ l0: 1, l1: linf, l2: linf, linf });
    const rows = summarizeRun([
      ...SAMPLES.slice(0, 6),
      {
        ...(SAMPLES[6] as JudgedSample),
        ...bytes("0a", "0b"),
        above_eps: true,
        distortion: { before: norm(1), after: norm(2) },
      },
      { ...(SAMPLES[7] as JudgedSample), ...bytes("0a", "0a"), distortion: { before: norm(3), after: norm(2) } },
      { ...(SAMPLES[8] as JudgedSample), gave_up: true, distortion: { before: norm(0), after: norm(0) } },
    ]);
    expect(rows[0]).toMatchObject({ compared: 6, mismatches: 0 });
    expect(rows[1]).toMatchObject({ compared: 2, mismatches: 1, aboveEps: 1, gaveUp: 1, samples: 3 });
    const sameBytes = { ...(SAMPLES[6] as JudgedSample), ...bytes("0a", "0a"), output_crc: { native: 1, device: 2 } };
    expect(summarizeRun([...SAMPLES.slice(0, 6), sameBytes])[1]).toMatchObject({ compared: 1, mismatches: 1 });
    expect(rows[1]?.meanDistortion?.before.linf).toBe(2);
    expect(rows[1]?.cost).toEqual({});
  });
});

describe("median norm of a minimal-norm attack", () => {
  /** Three samples right when clean; distances 1, 2, 3 before rounding and 2, 3, 4 after. */
  function judged(fooled: number, targets?: (number | undefined)[]): ConditionSummary {
    const shared = { label: 0, condition: 0, attack: "none", predictions: { float: 0, device: 0 } };
    const clean = [0, 1, 2, 3].map((sample) => ({ ...shared, sample, label: sample === 3 ? 1 : 0 }));
    const all = clean.map(({ sample, label }): JudgedSample => {
      const size = (l2: number) => ({ l0: 9, l1: 9, l2, linf: 9 });
      const prediction = sample < fooled ? 1 : 0;
      return {
        ...shared,
        sample,
        label,
        condition: 1,
        attack: "deepfool",
        norm: "l2",
        target: targets?.[sample],
        predictions: { float: prediction, device: prediction },
        distortion: { before: size(sample + 1), after: size(sample + 2) },
      };
    });
    return summarizeRun([...clean, ...all])[1] as ConditionSummary;
  }

  const medians = (summary: ConditionSummary) => summary.engines.map(({ engine, medianNorm }) => [engine, medianNorm]);

  it("is over what was right when clean, before rounding on float and after it elsewhere", () => {
    expect(medians(judged(3))).toEqual([
      ["float", 2],
      ["device", 3],
    ]);
  });

  it("counts what was not fooled as infinitely far", () => {
    expect(medians(judged(2))).toEqual([
      ["float", 2],
      ["device", 3],
    ]);
    expect(medians(judged(1))).toEqual([
      ["float", null],
      ["device", null],
    ]);
  });

  it("leaves out a label that is the target", () => {
    expect(medians(judged(3, [1, 0, 1]))[0]).toEqual(["float", 2]);
    expect(medians(judged(3, [0, 1, 1]))[0]).toEqual(["float", 2.5]);
  });
});

it("what was not made on the float model has no transfer rate from it", () => {
  const samples = [clean(0, 1, 1, 1), attacked(0, 1, 0, 0, 0)];
  const transfers = (summaries: ConditionSummary[]) =>
    summaries[1]?.engines.map(({ transfer }) => transfer !== undefined);
  expect(transfers(summarizeRun(samples))).toEqual([false, true, true, true]);
  expect(transfers(summarizeRun(samples, () => false))).toEqual([false, false, false, false]);
});
