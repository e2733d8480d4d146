import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { findModel, modelIds, sha256Of } from "../../../host/data/index.js";

const BYTES = Buffer.from("not really a model");

const DESCRIPTION = {
  schema: 1,
  id: "tiny-net",
  task: { kind: "image-classification", classes: 2, labels: ["cat", "dog"] },
  input: { shape: [2, 2, 3], layout: "HWC", range: [0, 1], channel_order: "RGB", mean: null, std: null },
  files: { int8: { path: "int8.tflite", sha256: sha256Of(BYTES) } },
  licence: "Apache-2.0",
  source: "made for this test",
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "models-"));
  await put("tiny-net", DESCRIPTION);
  await mkdir(join(root, "no-model"));
});
afterEach(() => rm(root, { recursive: true }));

async function put(id: string, description: unknown): Promise<void> {
  await mkdir(join(root, id), { recursive: true });
  await writeFile(join(root, id, "int8.tflite"), BYTES);
  await writeFile(join(root, id, "model.yaml"), typeof description === "string" ? description : stringify(description));
}

describe("findModel", () => {
  it("finds a model by id, by folder and by its model.yaml", async () => {
    const found = await findModel("tiny-net", root);
    const path = join(root, "tiny-net", "int8.tflite");
    expect(found.files).toEqual({ int8: { path, name: "int8.tflite", sha256: sha256Of(BYTES) } });
    expect(found.description).toEqual(DESCRIPTION);
    expect(await findModel(join(root, "tiny-net"))).toEqual(found);
    expect(await findModel(join(root, "tiny-net", "model.yaml"))).toEqual(found);
    expect(await modelIds(root)).toEqual(["tiny-net"]);
  });

  it("finds a .tflite on its own", async () => {
    const path = join(root, "tiny-net", "int8.tflite");
    const files = { tflite: { path, name: "int8.tflite", sha256: sha256Of(BYTES) } };
    expect(await findModel(path, root)).toEqual({ id: "int8", files });
  });

  it("suggests the nearest id", async () => {
    const failure = findModel("tiny-ent", root);
    await expect(failure).rejects.toMatchObject({
      code: "MODEL_UNKNOWN",
      exitCode: 2,
      hint: "Did you mean tiny-net? Known: tiny-net.",
    });
  });

  it("refuses a file that is not the one on record", async () => {
    await writeFile(join(root, "tiny-net", "int8.tflite"), "other bytes");
    const failure = findModel("tiny-net", root);
    await expect(failure).rejects.toMatchObject({ code: "HASH_MISMATCH" });
    await expect(failure).rejects.toThrow(`expected ${sha256Of(BYTES)}`);
    await rm(join(root, "tiny-net", "int8.tflite"));
    await expect(findModel("tiny-net", root)).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  it.each([
    ["no YAML", "a: [", /is not YAML/],
    ["a missing field", { ...DESCRIPTION, licence: undefined }, /must have required property 'licence'/],
    ["an unknown field", { ...DESCRIPTION, lisence: "" }, /additional properties \("lisence"\)/],
    [
      "too few labels",
      { ...DESCRIPTION, task: { ...DESCRIPTION.task, labels: ["cat"] } },
      /names 1 classes, task.classes says 2/,
    ],
    [
      "a path out of its folder",
      { ...DESCRIPTION, files: { int8: { path: "../x", sha256: "0".repeat(64) } } },
      /leads out/,
    ],
    ["another id than its folder's", { ...DESCRIPTION, id: "good" }, /calls its model "good", expected "bad"/],
    ["a later schema", { ...DESCRIPTION, schema: 2 }, /\/schema must be equal to constant, found 2/],
  ])("refuses a model.yaml with %s", async (_name, description, message) => {
    await put("bad", description);
    const failure = findModel("bad", root);
    await expect(failure).rejects.toMatchObject({ code: "FILE_INVALID" });
    await expect(failure).rejects.toThrow(message);
  });
});
