import { describe, expect, it } from "vitest";
import { placementOf, placePicture } from "../../../host/train/augment.js";
import { toyRecipe } from "./toy.js";

/** 2 rows of 4 pixels, one channel: 0 1 2 3 / 10 11 12 13. */
const picture = Float32Array.from([0, 1, 2, 3, 10, 11, 12, 13]);

function placed(top: number, left: number, flip: boolean): number[] {
  const out = new Float32Array(8);
  placePicture(picture, [2, 4, 1], { top, left, flip }, out);
  return [...out];
}

describe("placePicture", () => {
  it("copies what is not moved", () => expect(placed(0, 0, false)).toEqual([...picture]));

  it("mirrors what comes in at the edges", () => {
    expect(placed(0, 1, false)).toEqual([1, 2, 3, 2, 11, 12, 13, 12]);
    expect(placed(0, -2, false)).toEqual([2, 1, 0, 1, 12, 11, 10, 11]);
    expect(placed(1, 0, false)).toEqual([10, 11, 12, 13, 0, 1, 2, 3]);
  });

  it("flips left to right", () => expect(placed(0, 0, true)).toEqual([3, 2, 1, 0, 13, 12, 11, 10]));

  it("makes bytes 0 … 1 and keeps channels together", () => {
    const out = new Float32Array(6);
    placePicture(Uint8Array.from([0, 51, 255, 102, 153, 204]), [1, 2, 3], { top: 0, left: 0, flip: true }, out);
    expect([...out]).toEqual([102, 153, 204, 0, 51, 255].map((byte) => Math.fround(byte / 255)));
  });
});

describe("placementOf", () => {
  it("depends on seed, epoch and sample alone", () => {
    expect(placementOf(toyRecipe, 3, 14)).toEqual(placementOf(toyRecipe, 3, 14));
    const draws = (seed: number, epoch: number) =>
      JSON.stringify(Array.from({ length: 20 }, (_, sample) => placementOf({ ...toyRecipe, seed }, epoch, sample)));
    expect(new Set([draws(1, 0), draws(1, 1), draws(2, 0)]).size).toBe(3);
  });

  it("uses every shift within reach, and both sides", () => {
    const recipe = { ...toyRecipe, augment: { maxShift: 2, flip: true } };
    const all = Array.from({ length: 500 }, (_, sample) => placementOf(recipe, 0, sample));
    expect([...new Set(all.map(({ top }) => top))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect([...new Set(all.map(({ left }) => left))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const flipped = all.filter(({ flip }) => flip).length;
    expect(flipped).toBeGreaterThan(200);
    expect(flipped).toBeLessThan(300);
  });
});
