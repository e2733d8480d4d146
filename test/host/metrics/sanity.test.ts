import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CheckedSample, SANITY_FLAGS, sanityFlags } from "../../../host/metrics/index.js";

const FACTS = {
  classes: 2,
  needs: { pgd: "gradient", square: "scores", deepfool: "gradient", geoda: "labels" },
} as const;

/** `n` clean samples of label 0, right, at logits [1, 0]. */
function clean(n: number, right = n): CheckedSample[] {
  return Array.from({ length: n }, (_, sample) => ({
    sample,
    condition: 0,
    attack: "none",
    label: 0,
    predictions: { float: sample < right ? 0 : 1, device: 0 },
    logits: { float: [1, 0] },
  }));
}

const EPS = { entered: "1/255", value: 1 / 255 };

/** An attack's records; `fooled` and `logits` by sample. */
function attacked(
  attack: string,
  condition: number,
  n: number,
  fooled: (sample: number) => boolean,
  change: Partial<CheckedSample> = {},
): CheckedSample[] {
  return clean(n).map((one) => ({
    ...one,
    attack,
    condition,
    goal: "untargeted",
    norm: "linf",
    eps: EPS,
    predictions: { float: fooled(one.sample) ? 1 : 0, device: 0 },
    logits: { float: [1, 0.5] },
    ...change,
  }));
}

const raised = (samples: CheckedSample[]): string[] =>
  sanityFlags(samples, FACTS).map(({ id, text }) => `${id}: ${text}`);

describe("clean-accuracy-at-chance", () => {
  it("is raised where the interval reaches guessing, for that engine alone", () => {
    expect(raised(clean(100, 58))).toEqual([
      "clean-accuracy-at-chance: float has 58 of 100 clean samples right, no more than guessing among 2 classes could have",
    ]);
  });

  it("is not raised above", () => {
    expect(raised(clean(100, 70))).toEqual([]);
  });
});

describe("loss-not-rising", () => {
  const fallen = (n: number): CheckedSample[] => [
    ...clean(100),
    ...attacked("pgd", 1, 100, () => false).map((one) =>
      one.sample < n ? { ...one, logits: { float: [1, -0.5] } } : one,
    ),
  ];

  it("is raised where more than 1 % of the samples lost loss", () => {
    expect(raised(fallen(2))).toEqual([
      "loss-not-rising: pgd (linf 1/255): the loss is lower than on the clean input for 2 of 100 samples",
    ]);
    expect(raised(fallen(1))).toEqual([]);
  });

  it("looks at the target's lead when targeted", () => {
    const towards = attacked("pgd", 1, 100, () => false, { goal: "targeted", target: 1, logits: { float: [1, 0.5] } });
    expect(raised([...clean(100), ...towards])).toEqual([]);
    const away = towards.map((one) => ({ ...one, logits: { float: [1, -0.5] } }));
    expect(raised([...clean(100), ...away])).toHaveLength(1);
  });

  it("takes a cross-entropy that rises for a rise, though the margin falls", () => {
    const before = clean(100).map((one) => ({ ...one, logits: { float: [2, 1, -5] } }));
    const logits = { float: [2, 0.9, 0.8] };
    expect(raised([...before, ...attacked("pgd", 1, 100, () => false, { logits })])).toEqual([]);
  });

  it("says nothing of black boxes", () => {
    const square = fallen(50).map((one) => (one.attack === "pgd" ? { ...one, attack: "square" } : one));
    expect(raised(square)).toEqual([]);
  });
});

describe("black-box-beats-white-box", () => {
  const white = attacked("pgd", 1, 100, (sample) => sample < 50);

  it("is raised where a black box alone fools more than 1 %", () => {
    const black = (extra: number): CheckedSample[] =>
      attacked("square", 2, 100, (sample) => sample >= 30 && sample < 50 + extra);
    expect(raised([...clean(100), ...white, ...black(1)])).toEqual([]);
    expect(raised([...clean(100), ...white, ...black(2)])).toEqual([
      "black-box-beats-white-box: square (linf 1/255) alone fools the float model on 2 of 100 samples, against pgd (linf 1/255)",
    ]);
  });

  it("compares like with like", () => {
    const all = attacked("square", 2, 100, () => true);
    const others: Partial<CheckedSample>[] = [
      { eps: { entered: "2/255", value: 2 / 255 } },
      { norm: "l2" },
      { goal: "targeted", target: 1 },
    ];
    for (const change of others) {
      expect(raised([...clean(100), ...white, ...all.map((one) => ({ ...one, ...change }))])).toEqual([]);
    }
    expect(raised([...clean(100), ...white, ...all])).toHaveLength(1);
  });

  it("compares norms of minimal-norm attacks, a failure being infinitely far", () => {
    const at = (attack: string, condition: number, l2: (sample: number) => number): CheckedSample[] =>
      attacked(attack, condition, 100, (sample) => Number.isFinite(l2(sample)), { norm: "l2" }).map(
        ({ eps, ...one }) => {
          const size = { l0: 1, l1: 1, l2: l2(one.sample), linf: 1 };
          return { ...one, distortion: { before: size, after: size } };
        },
      );
    const reference = at("deepfool", 1, () => 1);
    const half = at("geoda", 2, (sample) => (sample < 50 ? 0.5 : 2));
    const most = at("geoda", 2, (sample) => (sample < 51 ? 0.5 : Number.POSITIVE_INFINITY));
    expect(raised([...clean(100), ...reference, ...half])).toEqual([]);
    expect(raised([...clean(100), ...reference, ...most])).toEqual([
      "black-box-beats-white-box: geoda (l2) needs less norm on 51 of 100 samples, against deepfool (l2)",
    ]);
  });
});

it("every flag has a section in the guide, with its three parts", () => {
  const guide = readFileSync("docs/guide/flags.md", "utf8");
  const sections = guide.split(/^## /m).slice(1);
  expect(sections.map((section) => section.split("\n")[0])).toEqual([...SANITY_FLAGS]);
  for (const section of sections)
    for (const part of ["**Raised if**", "**Meaning**", "**What to do**"]) expect(section).toContain(part);
});
