import { expect, it } from "vitest";
import { editDistance, nearest, nearestHint } from "../../../host/core/index.js";

it.each([
  ["", "", 0],
  ["kitten", "sitting", 3],
  ["pgd", "pdg", 1],
  ["abc", "", 3],
  ["ca", "abc", 3],
])("%s and %s are %i edits apart", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

it("suggests the nearest, letter case apart, and nothing far-fetched", () => {
  const known = ["qemu-m7", "qemu-m4", "native"];
  expect(nearest("QEMU-M-7", known)).toBe("qemu-m7");
  expect(nearest("nativ", known)).toBe("native");
  expect(nearest("esp32", known)).toBeNull();
  expect(nearestHint("nativ", known)).toBe("Did you mean native? Known: qemu-m7, qemu-m4, native.");
  expect(nearestHint("esp32", [])).toBe("None is known.");
});
