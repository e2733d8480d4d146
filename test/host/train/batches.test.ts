import { describe, expect, it } from "vitest";
import { batchAt } from "../../../host/data/index.js";
import { batchesPerEpoch, orderOf, targetsOf, trainingBatch } from "../../../host/train/batches.js";
import { toyDataset, toyRecipe } from "./toy.js";

describe("batches", () => {
  it("visit every row once an epoch, in an order of the epoch's own", () => {
    const [first, second] = [orderOf(toyRecipe, 0, 50), orderOf(toyRecipe, 1, 50)];
    const rows = Array.from({ length: 50 }, (_, i) => i);
    expect([...first].sort((a, b) => a - b)).toEqual(rows);
    expect([...second].sort((a, b) => a - b)).toEqual(rows);
    expect(first).not.toEqual(second);
    expect(orderOf(toyRecipe, 0, 50)).toEqual(first);
  });

  it("are whole, and at least one", () => {
    expect(batchesPerEpoch(toyRecipe, 50)).toBe(3);
    expect(batchesPerEpoch(toyRecipe, 5)).toBe(1);
  });

  it("hold the samples of their rows, unchanged without augmentation", () => {
    const dataset = toyDataset(10);
    const rows = Int32Array.from([7, 2]);
    const still = { ...toyRecipe, augment: { maxShift: 0, flip: false } };
    const batch = trainingBatch(dataset, rows, still, 0);
    expect(batch.shape).toEqual([2, 12, 12, 3]);
    expect([...batch.labels]).toEqual([2, 2]);
    expect(batch.x).toEqual(batchAt(dataset, rows).data);
  });

  it("augment a sample the same wherever it stands in a batch", () => {
    const dataset = toyDataset(10);
    const size = 12 * 12 * 3;
    const one = trainingBatch(dataset, Int32Array.from([4]), toyRecipe, 2);
    const three = trainingBatch(dataset, Int32Array.from([1, 9, 4]), toyRecipe, 2);
    expect(three.x.subarray(2 * size)).toEqual(one.x);
  });
});

describe("targetsOf", () => {
  it("puts the smoothed share on all classes", () => {
    const targets = targetsOf(Int32Array.from([1, 0]), 4, 0.2);
    expect([...targets].map((value) => Number(value.toFixed(6)))).toEqual([
      0.05, 0.85, 0.05, 0.05, 0.85, 0.05, 0.05, 0.05,
    ]);
  });
});
