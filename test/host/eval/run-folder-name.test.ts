import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nextRunFolder } from "../../../host/eval/run-folder-name.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-runs-"));
});
afterEach(() => rm(root, { recursive: true }));

describe("nextRunFolder", () => {
  it("counts runs of the same settings, and resumes the latest", async () => {
    const names = async (): Promise<string[]> =>
      Promise.all(
        [false, true].map(async (resume) => (await nextRunFolder(root, "id", resume)).slice(root.length + 1)),
      );
    expect(await names()).toEqual(["id", "id"]);
    await mkdir(join(root, "id"));
    expect(await names()).toEqual(["id-2", "id"]);
    await mkdir(join(root, "id-2"));
    expect(await names()).toEqual(["id-3", "id-2"]);
  });

  it("needs no root folder", async () => {
    expect(await nextRunFolder(join(root, "none"), "id", false)).toBe(join(root, "none", "id"));
  });
});
