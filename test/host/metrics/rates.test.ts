import { describe, expect, it } from "vitest";
import {
  accuracy,
  attackSuccessRate,
  robustAccuracy,
  type Seen,
  type SeenByTwo,
  transferRate,
} from "../../../host/metrics/index.js";

const counts = ({ numerator, denominator }: { numerator: number; denominator: number }): [number, number] => [
  numerator,
  denominator,
];

it("accuracy counts right predictions over all", () => {
  expect(counts(accuracy([1, 2, 3], [1, 0, 3]))).toEqual([2, 3]);
});

describe("untargeted", () => {
  const seen: Seen[] = [
    { label: 1, clean: 1, adversarial: 2 }, // fooled
    { label: 1, clean: 1, adversarial: 1 }, // withstood
    { label: 1, clean: 0, adversarial: 0 }, // wrong before: no success of the attack
    { label: 1, clean: 0, adversarial: 1 }, // wrong before, right after
  ];
  it("success is fooled among the clean-correct", () => {
    expect(counts(attackSuccessRate(seen))).toEqual([1, 2]);
  });
  it("robust accuracy is over all", () => {
    expect(counts(robustAccuracy(seen))).toEqual([2, 4]);
  });
});

describe("targeted", () => {
  const seen: Seen[] = [
    { label: 1, target: 2, clean: 1, adversarial: 2 }, // fooled
    { label: 1, target: 2, clean: 1, adversarial: 3 }, // wrong, but not the target
    { label: 2, target: 2, clean: 2, adversarial: 0 }, // its label is the target: left out
    { label: 1, target: 2, clean: 2, adversarial: 2 }, // wrong before
  ];
  it("success is the target, samples of that label left out", () => {
    expect(counts(attackSuccessRate(seen))).toEqual([1, 2]);
  });
  it("robust accuracy leaves out nothing", () => {
    expect(counts(robustAccuracy(seen))).toEqual([0, 4]);
  });
});

it("transfer counts what fooled float before rounding, among those both had right", () => {
  const base: SeenByTwo = { label: 1, clean: 1, adversarial: 2, sourceClean: 1, sourceAdversarial: 3 };
  const seen: SeenByTwo[] = [
    base, // transferred, also to another wrong class
    { ...base, adversarial: 1 }, // did not transfer
    { ...base, sourceAdversarial: 1 }, // did not fool float
    { ...base, sourceClean: 2 }, // float was wrong before
    { ...base, clean: 2 }, // the device was wrong before
    { ...base, target: 3 }, // targeted: fooled float, the device says another class
    { ...base, target: 3, adversarial: 3 }, // targeted: transferred
    { ...base, target: 2, sourceAdversarial: 3 }, // targeted: float was not fooled into the target
    { ...base, target: 1, sourceAdversarial: 1 }, // its label is the target: left out
  ];
  expect(counts(transferRate(seen))).toEqual([2, 4]);
});
