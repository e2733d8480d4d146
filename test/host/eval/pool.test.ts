import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPool } from "../../../host/eval/pool.js";

describe("createPool", () => {
  it("serves every input once, with as many under way as there are runners", async () => {
    let underWay = 0;
    let most = 0;
    const runner = {
      async run(input: number) {
        most = Math.max(most, ++underWay);
        await setTimeout(input % 3);
        underWay--;
        return input * 2;
      },
    };
    const pool = createPool([runner, { ...runner }]);
    const inputs = Array.from({ length: 50 }, (_, i) => i);
    expect(await Promise.all(inputs.map((input) => pool.run(input)))).toEqual(inputs.map((input) => input * 2));
    expect(most).toBe(2);
  });

  it("gives a runner no more than it takes, and each input to the one that has the fewest", async () => {
    const underWay = [0, 0];
    const most = [0, 0];
    const runnerOf = (which: 0 | 1) => ({
      depth: 3,
      async run(milliseconds: number) {
        underWay[which] = (underWay[which] ?? 0) + 1;
        most[which] = Math.max(most[which] ?? 0, underWay[which] ?? 0);
        // What is asked meanwhile must not fall behind an input on the same runner while the other one is idle.
        await setTimeout(milliseconds);
        underWay[which] = (underWay[which] ?? 0) - 1;
        return which;
      },
    });
    const pool = createPool([runnerOf(0), runnerOf(1)]);
    for (let i = 0; i < 20; i++) {
      const both = await Promise.all([pool.run(i % 3), pool.run((i + 1) % 4)]);
      expect(both.sort()).toEqual([0, 1]);
    }
    expect(most).toEqual([1, 1]);
    await Promise.all(Array.from({ length: 20 }, () => pool.run(1)));
    expect(most).toEqual([3, 3]);
  });

  it("keeps a runner busy with what comes after its queue ran empty", async () => {
    const pool = createPool([{ run: async (input: number) => input + 1 }]);
    expect(await pool.run(1)).toBe(2);
    expect(await pool.run(2)).toBe(3);
  });

  it("fails as a whole when one runner fails, and stays failed", async () => {
    const lost = new Error("device lost");
    const asked: number[] = [];
    const pool = createPool([
      {
        async run(input: number) {
          asked.push(input);
          if (input === 1) throw lost;
          return input;
        },
      },
    ]);
    const results = await Promise.allSettled([0, 1, 2, 3].map((input) => pool.run(input)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
    await expect(pool.run(4)).rejects.toBe(lost);
    expect(asked).toEqual([0, 1]);
  });

  it("rejects what waits and what is under way when it is stopped, also with a runner that hangs", async () => {
    const pool = createPool([{ run: () => new Promise<number>(() => undefined) }]);
    const asked = [pool.run(1), pool.run(2)];
    const stopped = new Error("stopped");
    pool.stop(stopped);
    for (const answer of asked) await expect(answer).rejects.toBe(stopped);
  });
});
