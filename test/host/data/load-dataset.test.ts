import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchOf, loadDataset, type NpyArray, writeNpy } from "../../../host/data/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A picture of 3 x 2 pixels, each of one colour. */
async function paint(
  path: string,
  rgb: readonly [number, number, number],
  type: "png" | "jpeg" = "png",
): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  const pixels = Buffer.from(Array.from({ length: 6 }, () => rgb).flat());
  await sharp(pixels, { raw: { width: 3, height: 2, channels: 3 } })
    [type]()
    .toFile(join(folder, path));
}

describe("a folder of pictures", () => {
  beforeEach(async () => {
    await paint("cat/b.png", [10, 20, 30]);
    await paint("cat/a.png", [1, 2, 3]);
    await paint("dog/c.jpg", [200, 200, 200], "jpeg");
    await writeFile(join(folder, "cat", "notes.txt"), "no picture");
  });

  it("takes classes in turns, sub-folders and files sorted", async () => {
    const found = await loadDataset(folder, { shape: [2, 3, 3], classes: 2 });
    expect(found).toMatchObject({ count: 3, offset: 0, classNames: ["cat", "dog"], shape: [2, 3, 3] });
    expect(Array.from(found.labels)).toEqual([0, 1, 0]);
    expect(Array.from(found.values.subarray(0, 3))).toEqual([1, 2, 3]);
    // JPEG may be off by a little.
    for (const value of found.values.subarray(18, 36)) expect(Math.abs(value - 200)).toBeLessThanOrEqual(2);
    expect(Array.from(found.values.subarray(36, 39))).toEqual([10, 20, 30]);
    expect(batchOf(found, 2).data[0]).toBe(Math.fround(10 / 255));
  });

  it("takes labels from the model's class names", async () => {
    const found = await loadDataset(folder, { classNames: ["bird", "dog", "cat"] });
    expect(Array.from(found.labels)).toEqual([1, 2, 2]);
    const failure = loadDataset(folder, { classNames: ["dog", "cats"] });
    await expect(failure).rejects.toMatchObject({ code: "LABEL_RANGE", hint: expect.stringContaining("mean cats?") });
  });

  it("takes some rows, under the hash they have as a part", async () => {
    const part = await loadDataset(folder, { offset: 1, limit: 1 });
    expect(part).toMatchObject({ count: 1, offset: 1 });
    expect(Array.from(part.labels)).toEqual([1]);
    expect(part.sha256).not.toBe((await loadDataset(folder)).sha256);
    expect(part.sha256).toBe((await loadDataset(folder, { offset: 1, limit: 1 })).sha256);
    await expect(loadDataset(folder, { limit: 4 })).rejects.toThrow(/has 3 samples, samples 0 to 3 were asked for/);
    await expect(loadDataset(folder, { limit: 0 })).rejects.toMatchObject({ code: "DATA_MISMATCH" });
  });

  it("reads grey pictures for a model of one channel", async () => {
    const { values, shape } = await loadDataset(folder, { shape: [2, 3, 1] });
    expect(shape).toEqual([2, 3, 1]);
    expect(Math.abs((values[0] as number) - 2)).toBeLessThanOrEqual(1);
  });

  it("names a truncated, foreign or differently sized picture", async () => {
    const path = join(folder, "cat", "b.png");
    const bytes = await readFile(path);
    const flipped = Buffer.from(bytes);
    const middle = bytes.indexOf("IDAT") + 8;
    flipped.writeUInt8(bytes.readUInt8(middle) ^ 0x40, middle);
    for (const damaged of [bytes.subarray(0, bytes.length - 20), flipped, Buffer.from("GIF"), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      const failure = loadDataset(folder);
      await expect(failure).rejects.toMatchObject({ code: "FILE_INVALID", exitCode: 4 });
      await expect(failure).rejects.toThrow(path);
    }
    const jpeg = join(folder, "dog", "c.jpg");
    const whole = await readFile(jpeg);
    await writeFile(path, bytes);
    await writeFile(jpeg, whole.subarray(0, whole.length - 30));
    await expect(loadDataset(folder)).rejects.toThrow(`${jpeg} is not a whole PNG or JPEG picture`);
    await writeFile(jpeg, whole);
    await sharp(bytes).resize(4, 2, { fit: "fill" }).toFile(path);
    await expect(loadDataset(folder)).rejects.toThrow(
      `${path} is 2 x 4 x 3 (height, width, channels), expected 2 x 3 x 3`,
    );
    await rm(path);
    await expect(loadDataset(folder, { shape: [32, 32, 3] })).rejects.toThrow(
      /a\.png is 2 x 3 x 3.*expected 32 x 32 x 3/,
    );
  });

  it("must hold pictures", async () => {
    const empty = join(folder, "empty");
    await mkdir(join(empty, "class"), { recursive: true });
    await expect(loadDataset(empty)).rejects.toMatchObject({ code: "FILE_MISSING" });
  });
});

describe(".npy pairs", () => {
  async function put(x: NpyArray, xShape: number[], y: NpyArray, yShape = [y.length]): Promise<string> {
    await writeNpy(join(folder, "x.npy"), x, xShape);
    await writeNpy(join(folder, "y.npy"), y, yShape);
    return `${join(folder, "x.npy")},${join(folder, "y.npy")}`;
  }
  const bytes = Uint8Array.of(0, 51, 102, 153, 204, 255);

  it.each([
    Uint8Array.of(0, 1, 1),
    Int8Array.of(0, 1, 1),
    Int16Array.of(0, 1, 1),
    Int32Array.of(0, 1, 1),
    BigInt64Array.of(0n, 1n, 1n),
  ])("takes labels as %o", async (labels) => {
    const found = await loadDataset(await put(bytes, [3, 2], labels), { shape: [2], classes: 2, bounds: [0, 1] });
    expect(Array.from(found.labels)).toEqual([0, 1, 1]);
  });

  it("takes float32 as it is, and uint8 as 0 to 1", async () => {
    const floats = await loadDataset(await put(Float32Array.of(-1, 0.5, 2), [3, 1], Int32Array.of(0, 1, 2)));
    expect(Array.from(batchOf(floats).data)).toEqual([-1, 0.5, 2]);
    const pixels = await loadDataset(await put(bytes, [3, 2], Int32Array.of(0, 1, 2)));
    expect(batchOf(pixels, 1, 2)).toEqual({ data: Float32Array.of(102 / 255, 153 / 255), shape: [1, 2] });
  });

  it("gives pictures without a channel axis one", async () => {
    const spec = await put(bytes, [1, 2, 3], Int32Array.of(0));
    expect((await loadDataset(spec, { shape: [2, 3, 1] })).shape).toEqual([2, 3, 1]);
    expect((await loadDataset(spec, { shape: [2, 3] })).shape).toEqual([2, 3]);
  });

  const labels = Int32Array.of(0, 1, 2);
  const cases: [string, Parameters<typeof put>, object, string, RegExp][] = [
    [
      "samples of another shape",
      [bytes, [3, 2], labels],
      { shape: [3] },
      "DATA_MISMATCH",
      /shape \[2\], expected \[3\]/,
    ],
    [
      "samples of another type",
      [Int16Array.from(bytes), [3, 2], labels],
      {},
      "DATA_MISMATCH",
      /int16 of shape \[3, 2\], expected uint8 or float32/,
    ],
    [
      "labels of another type",
      [bytes, [3, 2], Float32Array.of(0, 1, 2)],
      {},
      "DATA_MISMATCH",
      /float32 of shape \[3\], expected integers/,
    ],
    [
      "one-hot labels",
      [bytes, [2, 3], Int32Array.of(0, 1, 1, 0), [2, 2]],
      {},
      "DATA_MISMATCH",
      /expected integers of shape \[samples\]/,
    ],
    ["too few labels", [bytes, [3, 2], Int32Array.of(0, 1)], {}, "DATA_MISMATCH", /3 samples, .*y\.npy 2 labels/],
    [
      "a label beyond the classes",
      [bytes, [3, 2], labels],
      { classes: 2 },
      "LABEL_RANGE",
      /sample 2 has label 2, expected 0 to 1/,
    ],
    [
      "a negative label",
      [bytes, [3, 2], Int32Array.of(0, -1, 1)],
      { classes: 2 },
      "LABEL_RANGE",
      /sample 1 has label -1/,
    ],
    [
      "a label that wraps to 0",
      [bytes, [3, 2], BigInt64Array.of(0n, 2n ** 32n, 1n)],
      {},
      "LABEL_RANGE",
      /label 1 is 4294967296/,
    ],
    [
      "a value beyond the bounds",
      [Float32Array.of(0, 1, 255), [3, 1], labels],
      { bounds: [0, 1] },
      "DATA_MISMATCH",
      /sample 2 holds 255, the model takes values from 0 to 1/,
    ],
    ["NaN", [Float32Array.of(0, Number.NaN, 1), [3, 1], labels], {}, "NOT_FINITE", /value 1 is NaN/],
  ];
  it.each(cases)("refuses %s", async (_name, files, options, code, message) => {
    const failure = loadDataset(await put(...files), options);
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(message);
  });
});

describe("idx pairs", () => {
  /** Origin of the layout: "THE IDX FILE FORMAT" on the MNIST database's page. */
  const images = Buffer.from("00000803" + "00000002" + "00000002" + "00000003" + "000102030405ff0708090a0b", "hex");
  const labels = Buffer.from("00000801" + "00000002" + "0709", "hex");

  async function put(x: Buffer, y: Buffer): Promise<string> {
    await writeFile(join(folder, "images-idx3-ubyte"), x);
    await writeFile(join(folder, "labels-idx1-ubyte"), y);
    return `${join(folder, "images-idx3-ubyte")},${join(folder, "labels-idx1-ubyte")}`;
  }

  it.each([
    ["plain", images, labels],
    ["gzipped", gzipSync(images), gzipSync(labels)],
  ])("reads them %s", async (_name, x, y) => {
    const found = await loadDataset(await put(x, y), { shape: [2, 3, 1], classes: 10 });
    expect(found.shape).toEqual([2, 3, 1]);
    expect(Array.from(found.labels)).toEqual([7, 9]);
    expect(found.values).toEqual(Uint8Array.from([0, 1, 2, 3, 4, 5, 255, 7, 8, 9, 10, 11]));
  });

  it.each([
    ["truncated", images.subarray(0, -1), /holds 11 bytes of data, expected 12 for shape \[2, 2, 3\]/],
    ["cut in its header", images.subarray(0, 9), /ends inside its header/],
    ["truncated gzip", gzipSync(images).subarray(0, -12), /is not a whole gzip file/],
    ["foreign", Buffer.from("89504e47", "hex"), /does not begin like an idx file/],
    ["of floats", Buffer.from(images.toString("hex").replace("00000803", "00000d03"), "hex"), /element type 0x0d/],
  ])("refuses a file that is %s", async (_name, x, message) => {
    const failure = loadDataset(await put(x, labels));
    await expect(failure).rejects.toMatchObject({ code: "FILE_INVALID" });
    await expect(failure).rejects.toThrow(message);
  });
});

it.each([
  ["cifar10:valid", "USAGE", 'no split "valid", expected train or test'],
  ["cifar-10", "USAGE", 'there is no data "cifar-10"'],
  ["a.npy,b.npy,c.npy", "USAGE", "there is no data"],
  ["none.npy,none2.npy", "FILE_MISSING", "none.npy does not exist"],
])("refuses %s", async (spec, code, message) => {
  await expect(loadDataset(spec)).rejects.toMatchObject({ code });
  await expect(loadDataset(spec)).rejects.toThrow(message);
});
