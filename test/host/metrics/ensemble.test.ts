import { expect, it } from "vitest";
import { robustAfterParts } from "../../../host/metrics/index.js";

it("loses samples to the part that fooled them, and those that were wrong before to none", () => {
  const samples = [
    { label: 1, clean: 1, adversarial: 1 },
    { label: 1, clean: 1, adversarial: 0, foundBy: "a" },
    { label: 1, clean: 1, adversarial: 0, foundBy: "c" },
    { label: 1, clean: 0, adversarial: 0 },
    // Claimed, but the judge saw no fooled model.
    { label: 1, clean: 1, adversarial: 1, foundBy: "b" },
    { label: 1, clean: 1, adversarial: 2 },
  ];
  const rates = robustAfterParts(samples, ["a", "b", "c"]);
  expect(rates.map(({ numerator, denominator }) => `${numerator}/${denominator}`)).toEqual(["3/6", "3/6", "2/6"]);
});
