import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOracleAnswers, removeOracleAnswers } from "../../../host/data/index.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mcu-eval-answers-"));
});
afterEach(() => rm(root, { recursive: true }));

const path = () => join(root, "answers", "1-0.jsonl");
const answer = (sample: number, place: number) => ({
  sample,
  place,
  inputCrc: 0xffffffff - place,
  output: Uint8Array.of(sample, place, 255),
});

describe("openOracleAnswers", () => {
  it("finds what earlier sessions added, by sample and place, in whatever order it came", async () => {
    const first = await openOracleAnswers(path());
    expect(first.find(7, 0)).toBeUndefined();
    for (const [sample, place] of [
      [7, 1],
      [7, 0],
      [9, 0],
    ] as const)
      first.add(answer(sample, place));
    await first.close();
    const second = await openOracleAnswers(path());
    expect(second.find(7, 0)).toEqual(answer(7, 0));
    expect(second.find(7, 1)).toEqual(answer(7, 1));
    expect(second.find(9, 1)).toBeUndefined();
    second.add(answer(9, 1));
    await second.close();
    expect((await readFile(path(), "utf8")).split("\n")).toHaveLength(5);
  });

  it("drops a line that a crash tore, and goes on behind the last whole one", async () => {
    const first = await openOracleAnswers(path());
    first.add(answer(1, 0));
    await first.close();
    await appendFile(path(), '[1,1,42,"00');
    const second = await openOracleAnswers(path());
    expect(second.find(1, 1)).toBeUndefined();
    second.add(answer(1, 1));
    await second.close();
    const third = await openOracleAnswers(path());
    expect(third.find(1, 1)).toEqual(answer(1, 1));
    await third.close();
  });

  it.each(['{"a":1}', "[1,2]", '["1",0,3,"00"]', "nonsense"])("refuses a line of %s", async (line) => {
    await (await openOracleAnswers(path())).close();
    await writeFile(path(), `${line}\n`);
    await expect(openOracleAnswers(path())).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringContaining("line 1"),
    });
  });

  it("does not begin anew over a file that cannot be read", async () => {
    await mkdir(path(), { recursive: true });
    await expect(openOracleAnswers(path())).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  it("is gone once it is removed, and removing it twice is no error", async () => {
    await (await openOracleAnswers(path())).close();
    await removeOracleAnswers(path());
    await removeOracleAnswers(path());
    await expect(readFile(path())).rejects.toThrow();
  });
});
