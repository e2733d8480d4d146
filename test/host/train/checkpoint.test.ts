import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resnet8 } from "../../../host/nn/index.js";
import { resumeCheckpoint, saveCheckpoint } from "../../../host/train/checkpoint.js";
import { initialParams, loadTrained } from "../../../host/train/index.js";
import { flatten } from "../../../host/train/weights.js";
import { toyGraph } from "./toy.js";

const epochs = [{ loss: 1.5, accuracy: 0.25 }];

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcu-eval-checkpoint-"));
  path = join(folder, "a.safetensors");
  const weights = flatten(initialParams(toyGraph(), 1));
  weights.velocity.forEach((_, i) => {
    weights.velocity[i] = i / 7;
  });
  await saveCheckpoint(path, weights, { key: "this", epochs });
});

afterAll(() => rm(folder, { recursive: true }));

describe("checkpoints", () => {
  it("come back as they were saved", async () => {
    const weights = flatten(initialParams(toyGraph(), 2));
    expect(await resumeCheckpoint(path, weights, "this")).toEqual({ key: "this", epochs });
    expect(weights.values).toEqual(flatten(initialParams(toyGraph(), 1)).values);
    expect(weights.velocity[70]).toBe(10);
  });

  it("of another training, or none at all, leave the weights alone", async () => {
    const weights = flatten(initialParams(toyGraph(), 2));
    const before = weights.values.slice();
    expect(await resumeCheckpoint(path, weights, "other")).toBeNull();
    expect(await resumeCheckpoint(join(folder, "none"), weights, "this")).toBeNull();
    expect(weights.values).toEqual(before);
  });

  it("are safetensors: aligned header, byte ranges without gaps, values in place", async () => {
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    const { __metadata__, ...entries } = header;
    expect(Object.values(__metadata__).every((value) => typeof value === "string")).toBe(true);
    let end = 0;
    for (const { dtype, shape, data_offsets } of Object.values(entries) as Record<string, never>[]) {
      expect(dtype).toBe("F32");
      expect(data_offsets?.[0]).toBe(end);
      end += 4 * (shape as unknown as number[]).reduce((a, b) => a * b, 1);
      expect(data_offsets?.[1]).toBe(end);
    }
    expect(8 + length + end).toBe(bytes.length);
    const [begin] = header["dense/kernel"].data_offsets;
    const expected = initialParams(toyGraph(), 1).get("dense/kernel")?.data[0];
    expect(bytes.readFloatLE(8 + length + begin)).toBe(expected);
  });

  it("open as the network they hold", async () => {
    const { params, epochs: done } = await loadTrained(path, toyGraph());
    expect(params).toEqual(initialParams(toyGraph(), 1));
    expect(done).toEqual(epochs);
  });

  it("are refused for another graph, cut short, or missing", async () => {
    await expect(loadTrained(path, resnet8())).rejects.toThrow(
      '"stem/kernel" has shape [3, 3, 3, 8], expected shape [3, 3, 3, 16]',
    );
    const cut = join(folder, "cut.safetensors");
    await writeFile(cut, (await readFile(path)).subarray(0, -10));
    await expect(loadTrained(cut, toyGraph())).rejects.toMatchObject({ code: "FILE_INVALID" });
    await expect(loadTrained(join(folder, "none"), toyGraph())).rejects.toMatchObject({ code: "FILE_MISSING" });
  });
});
