import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NpyType, npyHeader, parseNpy, readNpy, writeNpy } from "../../../host/data/index.js";
import { createNpyRows, openNpyRows } from "../../../host/data/npy-rows.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "npy-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Origin: numpy 2.4.6, numpy.save; the spaces between dictionary and newline are counted. */
const HEADERS: [NpyType, number[], string, number][] = [
  ["<f4", [200, 32, 32, 3], "{'descr': '<f4', 'fortran_order': False, 'shape': (200, 32, 32, 3), }", 48],
  ["|i1", [3], "{'descr': '|i1', 'fortran_order': False, 'shape': (3,), }", 60],
  ["<i2", [10000, 2], "{'descr': '<i2', 'fortran_order': False, 'shape': (10000, 2), }", 54],
  ["<i8", [2, 1], "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }", 58],
  ["|u1", [7, 96, 96, 1], "{'descr': '|u1', 'fortran_order': False, 'shape': (7, 96, 96, 1), }", 50],
  ["<f4", [], "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 62],
];

it.each(HEADERS)("writes numpy's own header for %s %j", (type, shape, dictionary, spaces) => {
  const expected = `\x93NUMPY\x01\x00v\x00${dictionary}${" ".repeat(spaces)}\n`;
  expect(npyHeader(type, shape).toString("latin1")).toBe(expected);
});

describe("readNpy", () => {
  it.each([
    Float32Array.of(1, -2.5, Number.NaN, 4, 5, 6),
    Float64Array.of(1, 2, 3, 4, 5, 6),
    Uint8Array.of(0, 255, 3, 4, 5, 6),
    Int8Array.of(-128, 127, 3, 4, 5, 6),
    Int16Array.of(-32768, 2, 3, 4, 5, 6),
    Int32Array.of(1, 2, 3, 4, 5, -6),
    BigInt64Array.of(1n, 2n, 3n, 4n, 5n, -6n),
  ])("reads back what was written: %o", async (data) => {
    const path = join(folder, "x.npy");
    await writeNpy(path, data, [2, 3]);
    const found = await readNpy(path);
    expect(found.shape).toEqual([2, 3]);
    expect(found.data).toEqual(data);
    expect(await readdir(folder)).toEqual(["x.npy"]);
  });

  it("names what is wrong with a file", async () => {
    const good = Buffer.concat([npyHeader("<f4", [2, 3]), Buffer.alloc(24)]);
    const broken: [Buffer, RegExp][] = [
      [Buffer.from("PNG"), /does not begin/],
      [good.subarray(0, 60), /ends inside its header/],
      [good.subarray(0, -1), /holds 23 bytes of data, expected 24/],
      [Buffer.concat([good, Buffer.alloc(1)]), /holds 25 bytes/],
      [Buffer.from(good.toString("latin1").replace("<f4", ">f4"), "latin1"), /element type >f4/],
      [Buffer.from(good.toString("latin1").replace("False", " True"), "latin1"), /Fortran/],
      [Buffer.from(good.toString("latin1").replace("(2, 3)", "(2, x)"), "latin1"), /no readable shape/],
    ];
    for (const [bytes, message] of broken) {
      const failure = (): unknown => parseNpy(bytes, "some/x.npy");
      expect(failure).toThrow(message);
      expect(failure).toThrow(/^some\/x\.npy /);
    }
    await expect(readNpy(join(folder, "none.npy"))).rejects.toMatchObject({ code: "FILE_MISSING" });
  });
});

describe("rows", () => {
  it("filled in any order equal the array written at once", async () => {
    const data = Int8Array.from({ length: 5 * 6 }, (_, i) => i - 10);
    const whole = join(folder, "whole.npy");
    const rows = join(folder, "rows.npy");
    await writeNpy(whole, data, [5, 2, 3]);
    const first = await createNpyRows(rows, "|i1", [5, 2, 3]);
    await first.write(3, data.subarray(18));
    await first.close();
    const second = await openNpyRows(rows, "|i1", [5, 2, 3]);
    await second.write(0, data.subarray(0, 18));
    await second.close();
    expect(await readFile(rows)).toEqual(await readFile(whole));
  });

  it("refuses rows that do not fit, and files that are others", async () => {
    const path = join(folder, "rows.npy");
    const rows = await createNpyRows(path, "|i1", [2, 3]);
    await expect(rows.write(1, new Int8Array(6))).rejects.toThrow(/do not fit/);
    await expect(rows.write(0, new Float32Array(3))).rejects.toThrow(/do not fit/);
    await rows.close();
    await expect(createNpyRows(path, "|i1", [2, 3])).rejects.toMatchObject({ code: "WRITE_FAILED" });
    await expect(openNpyRows(path, "|i1", [3, 3])).rejects.toMatchObject({ code: "FILE_INVALID" });
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(openNpyRows(path, "|i1", [2, 3])).rejects.toThrow(/expected \|i1 of shape \[2, 3\]/);
  });
});
