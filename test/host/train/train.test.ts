import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../host/nn/index.js";
import { initialParams, loadTrained, type TrainingProgress, train } from "../../../host/train/index.js";
import { toyDataset, toyGraph, toyRecipe } from "./toy.js";

const dataset = toyDataset(80);
const validation = toyDataset(40, "test");
const base = { graph: toyGraph(), recipe: toyRecipe, dataset };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcu-eval-train-"));
});

afterAll(() => rm(folder, { recursive: true }));

describe("train", () => {
  it("learns", async () => {
    const { epochs } = await train({ ...base, recipe: { ...toyRecipe, epochs: 12 }, validation, validateEvery: 12 });
    expect(epochs).toHaveLength(12);
    expect(epochs[11]?.loss).toBeLessThan((epochs[0]?.loss ?? 0) / 2);
    expect(epochs[11]?.validation).toBeGreaterThan(0.9);
    expect(epochs[10]?.validation).toBeUndefined();
  });

  it("gives the same bytes for the same recipe, others for another seed", async () => {
    const [one, two, other] = [
      await train(base),
      await train(base),
      await train({ ...base, recipe: { ...toyRecipe, seed: 6 } }),
    ];
    expect(two.params).toEqual(one.params);
    expect(two.epochs).toEqual(one.epochs);
    expect(other.params.get("stem/kernel")).not.toEqual(one.params.get("stem/kernel"));
  });

  it("moves every parameter", async () => {
    const trained = await train({ ...base, recipe: { ...toyRecipe, epochs: 1 } });
    const start = initialParams(base.graph, toyRecipe.seed);
    for (const [key, { data }] of trained.params) expect(data, key).not.toEqual(start.get(key)?.data);
  });

  it("stopped and resumed gives the bytes of an uninterrupted run", async () => {
    const checkpoint = join(folder, "resumed.safetensors");
    const whole = await train({ ...base, checkpoint: join(folder, "whole.safetensors") });
    const stop = new AbortController();
    const stopped = train({
      ...base,
      checkpoint,
      signal: stop.signal,
      onProgress: ({ epoch }) => {
        if (epoch === 2) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: "training stopped after 2 whole epochs",
    });
    expect((await loadTrained(checkpoint, base.graph)).epochs).toHaveLength(2);

    const seen: TrainingProgress[] = [];
    const resumed = await train({ ...base, checkpoint, onProgress: (progress) => seen.push(progress) });
    expect(seen[0]?.epoch).toBe(3);
    expect(resumed.params).toEqual(whole.params);
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(await readFile(checkpoint)).toEqual(await readFile(join(folder, "whole.safetensors")));
  });

  it.each([
    ["another recipe", { recipe: { ...toyRecipe, epochs: 1 } }],
    ["other data", { dataset: toyDataset(80, "test") }],
  ])("does not resume a training with %s", async (_, other) => {
    const checkpoint = join(folder, "other.safetensors");
    await train({ ...base, ...other, checkpoint });
    const seen: number[] = [];
    await train({ ...base, checkpoint, onProgress: ({ epoch }) => seen.push(epoch) });
    expect(seen[0]).toBe(1);
  });

  it("goes on from another network's values", async () => {
    const first = await train({ ...base, recipe: { ...toyRecipe, epochs: 12 } });
    const gentle = { ...toyRecipe, epochs: 1, learningRate: { peak: 1e-6, warmup: 0, start: 1, end: 1 } };
    const { epochs } = await train({ ...base, recipe: gentle, start: first });
    expect(epochs[0]?.accuracy).toBeGreaterThan(0.9);
  });

  it("reports every epoch with the time left", async () => {
    const seen: TrainingProgress[] = [];
    await train({ ...base, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual(
      [1, 2, 3, 4].map((epoch) => [epoch, 5, 5]),
    );
    expect(seen.map(({ secondsLeft }) => secondsLeft > 0)).toEqual([true, true, true, false]);
    for (const { loss, accuracy } of seen) {
      expect(loss).toBeGreaterThan(0);
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
  });

  it("leaves no tensor behind", async () => {
    const { tf } = await loadEngine();
    await train(base);
    const before = tf.memory().numTensors;
    await train({ ...base, validation });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says when the loss diverges", async () => {
    const learningRate = { peak: 1e18, warmup: 0, start: 1, end: 1 };
    await expect(train({ ...base, recipe: { ...toyRecipe, learningRate } })).rejects.toMatchObject({
      code: "NOT_FINITE",
    });
  });

  it("refuses labels outside the net's classes", async () => {
    const wrong = { ...dataset, labels: dataset.labels.map((label, i) => (i === 7 ? 5 : label)) };
    await expect(train({ ...base, dataset: wrong })).rejects.toMatchObject({ code: "LABEL_RANGE" });
  });

  it("refuses a checkpoint file that is none", async () => {
    const checkpoint = join(folder, "foreign.safetensors");
    await writeFile(checkpoint, "not tensors at all");
    await expect(train({ ...base, checkpoint })).rejects.toMatchObject({ code: "FILE_INVALID" });
  });
});
