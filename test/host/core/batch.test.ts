import { describe, expect, it } from "vitest";
import {
  argmax,
  assertShape,
  type Batch,
  countOf,
  gather,
  row,
  rowSize,
  sizeOf,
  slice,
  zeros,
} from "../../../host/core/index.js";

const counted = (shape: number[]): Batch => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

describe("a batch", () => {
  it("knows its samples and their size", () => {
    const batch = counted([4, 2, 3]);
    expect([countOf(batch), rowSize(batch), sizeOf(batch.shape)]).toEqual([4, 6, 24]);
    expect(zeros([2, 0, 3]).data.length).toBe(0);
  });

  it("is sliced and read by row as views", () => {
    const batch = counted([4, 2]);
    const part = slice(batch, 1, 3);
    expect(part).toEqual({ shape: [2, 2], data: Float32Array.of(2, 3, 4, 5) });
    row(part, 1)[0] = 99;
    expect(batch.data[4]).toBe(99);
  });

  it("is gathered as a copy, in the order asked", () => {
    const batch = counted([3, 2]);
    const picked = gather(batch, [2, 0, 2]);
    expect(picked).toEqual({ shape: [3, 2], data: Float32Array.of(4, 5, 0, 1, 4, 5) });
    picked.data[0] = 99;
    expect(batch.data[4]).toBe(4);
  });
});

describe("argmax", () => {
  it.each([
    [[1, 3, 2], 1],
    [[5, 0, 5], 0],
    [[-128, -1, -1], 1],
    [[4], 0],
  ])("of %j is %i, the first of equals", (scores, best) => {
    expect(argmax(Int8Array.from(scores))).toBe(best);
  });
});

describe("assertShape", () => {
  it("takes any extent for null", () => {
    expect(() => assertShape(counted([4, 2]), [null, 2], "x")).not.toThrow();
  });

  it.each([
    { shape: [4, 3], expected: [null, 2] },
    { shape: [4], expected: [null, 2] },
    { shape: [4, 2], expected: [3, 2] },
  ])("refuses $shape for $expected, naming both", ({ shape, expected }) => {
    expect(() => assertShape(counted(shape), expected, "the image")).toThrow(/the image has shape \[4.*expected \[/);
  });

  it("refuses data of another length than the shape's", () => {
    expect(() => assertShape({ shape: [2, 2], data: new Float32Array(3) }, [null, 2], "x")).toThrow(/3 values/);
  });
});
