import { expect, it } from "vitest";
import { nextConst, startConst } from "../../../../host/attacks/parts/const-search.js";

/** Constants tried when those from `enough` on fool. */
function tried(initial: number, enough: number, n: number): number[] {
  const values: number[] = [];
  let search = startConst(initial);
  for (let i = 0; i < n; i++) {
    values.push(search.value);
    search = nextConst(search, search.value >= enough);
  }
  return values;
}

it("grows tenfold until a constant fools, then halves between the bounds", () => {
  expect(tried(1, 30, 7)).toEqual([1, 10, 100, 55, 32.5, 21.25, 26.875]);
});

it("halves towards zero when the first one fools", () => {
  expect(tried(8, 0, 4)).toEqual([8, 4, 2, 1]);
});

it("grows to the end when none fools", () => {
  expect(tried(1, Number.POSITIVE_INFINITY, 5)).toEqual([1, 10, 100, 1000, 10000]);
});
