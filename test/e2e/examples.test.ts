/** The examples, run as a reader would run them. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imagePath, readBoard } from "../../host/device/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(root, "examples");

/** What each example must print. */
const PROMISES: Readonly<Record<string, readonly RegExp[]>> = {
  "01-first-run.sh": [/^pgd 2\/255/m, /^\*\*Of \d+ images that float and device/m],
  "02-own-pictures.sh": [/^airplane$/m, /^fgsm 2\/255/m],
  "03-use-as-library.mjs": [
    /^clean: (1[0-9]|20) of 20 right$/m,
    /^pgd 0\.4\/255: .*; the largest change is 0 steps/m,
    /^pgd 0\.6\/255: .* is 1 step of/m,
  ],
  "04-gate-in-ci.sh": [/^exit code 0$/m, /^exit code 5$/m, /<failure message="measured /],
  "05-count-for-yourself.mjs": [/^pgd 2\/255: transfer rate float to device \d+\/\d+$/m],
  "06-stop-and-resume.sh": [/^killed with \d+ of 120 records$/m, /the same, byte for byte$/m],
};

const missing = [
  ...(existsSync(join(root, "dist", "cli", "main.js")) ? [] : ["the host program is not built (make build)"]),
  ...(existsSync(imagePath(readBoard("native"))) ? [] : ["its firmware is not built (make firmware BOARD=native)"]),
];

it("covers every example", async () => {
  const numbered = (await readdir(examples)).filter((name) => /^\d/.test(name)).sort();
  expect(numbered).toEqual(Object.keys(PROMISES).sort());
});

describe.skipIf(missing.length > 0)(`examples${missing.map((reason) => ` (skipped: ${reason})`).join("")}`, () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "examples-"));
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  it.each(Object.entries(PROMISES))(
    "%s",
    async (name, promises) => {
      const program = name.endsWith(".mjs") ? process.execPath : "bash";
      const args = name.endsWith(".mjs") ? [] : [join(out, name)];
      const { stdout } = await promisify(execFile)(program, [join(examples, name), ...args], { timeout: 170_000 });
      for (const promise of promises) expect(stdout).toMatch(promise);
    },
    180_000,
  );
});
