import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOracleAnswers, readOracleSpent, removeOracleAnswers } from "../../../host/data/index.js";

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

const SPENT = { queries: 5, seconds: 0.25 };

describe("openOracleAnswers", () => {
  it("finds what earlier sessions added, by sample and place, in whatever order it came", async () => {
    const first = await openOracleAnswers(path());
    expect(first.find(7, 0)).toBeUndefined();
    for (const [sample, place] of [
      [7, 1],
      [7, 0],
      [9, 0],
    ] as const)
      first.add(answer(sample, place), SPENT);
    await first.close();
    const second = await openOracleAnswers(path());
    expect(second.find(7, 0)).toEqual(answer(7, 0));
    expect(second.find(7, 1)).toEqual(answer(7, 1));
    expect(second.find(9, 1)).toBeUndefined();
    second.add(answer(9, 1), SPENT);
    await second.close();
    expect((await readFile(path(), "utf8")).split("\n")).toHaveLength(5);
  });

  it("drops a line that a crash tore, and goes on behind the last whole one", async () => {
    const first = await openOracleAnswers(path());
    first.add(answer(1, 0), SPENT);
    await first.close();
    await appendFile(path(), '[1,1,42,"00');
    const second = await openOracleAnswers(path());
    expect(second.find(1, 1)).toBeUndefined();
    second.add(answer(1, 1), SPENT);
    await second.close();
    const third = await openOracleAnswers(path());
    expect(third.find(1, 1)).toEqual(answer(1, 1));
    await third.close();
  });

  it.each(['{"a":1}', "[1,2]", '[1,0,3,"00"]', '["1",0,3,"00",1,0.5,7]', "nonsense"])(
    "refuses a line of %s",
    async (line) => {
      await (await openOracleAnswers(path())).close();
      await writeFile(path(), `${line}\n`);
      await expect(openOracleAnswers(path())).rejects.toMatchObject({
        code: "FILE_INVALID",
        message: expect.stringContaining("line 1"),
      });
    },
  );

  it("finds any byte that is not as it was written", async () => {
    const first = await openOracleAnswers(path());
    first.add(answer(1, 0), SPENT);
    first.add(answer(1, 1), SPENT);
    await first.close();
    const whole = await readFile(path());
    const firstLine = whole.indexOf("\n") + 1;
    for (let at = 0; at < firstLine; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 7));
      await writeFile(path(), damaged);
      await expect(openOracleAnswers(path()), `byte ${at}`).rejects.toMatchObject({
        code: "FILE_INVALID",
        message: expect.stringContaining("line 1 is damaged"),
        hint: expect.stringContaining("asked again"),
      });
    }
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

describe("readOracleSpent", () => {
  const folder = () => join(root, "answers");

  it("is what the last whole line of all files tells", async () => {
    expect(await readOracleSpent(folder())).toBeNull();
    const first = await openOracleAnswers(path());
    expect(await readOracleSpent(folder())).toBeNull();
    first.add(answer(1, 0), SPENT);
    await first.close();
    expect(await readOracleSpent(folder())).toEqual(SPENT);
    const second = await openOracleAnswers(join(folder(), "1-2.jsonl"));
    second.add(answer(3, 0), { queries: 6, seconds: 0.5 });
    second.add(answer(3, 1), { queries: 7, seconds: 0.75 });
    await second.close();
    await appendFile(path(), '[1,1,42,"00"');
    expect(await readOracleSpent(folder())).toEqual({ queries: 7, seconds: 0.75 });
  });

  it("refuses a damaged line", async () => {
    const first = await openOracleAnswers(path());
    first.add(answer(1, 0), SPENT);
    await first.close();
    await writeFile(path(), (await readFile(path(), "utf8")).replace("0.25", "0.35"));
    await expect(readOracleSpent(folder())).rejects.toMatchObject({ code: "FILE_INVALID" });
  });
});
