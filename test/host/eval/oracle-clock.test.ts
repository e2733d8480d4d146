import { describe, expect, it } from "vitest";
import { createOracleClock } from "../../../host/eval/oracle-clock.js";
import { createOracleLedger } from "../../../host/eval/oracle-ledger.js";

/** A clock whose time passes inside queries alone, by hand. */
function clockOf(limit?: number, used = 0) {
  let now = 0;
  const clock = createOracleClock({ limit, used: { queries: 3 * used, seconds: used }, now: () => now });
  const take = (seconds: number, rows = 1) =>
    clock.time(rows, async () => {
      now += seconds * 1000;
    });
  return { clock, take, idle: (seconds: number) => (now += seconds * 1000) };
}

describe("createOracleClock", () => {
  it("runs while a query is under way, and counts queries that overlap once", async () => {
    const { clock, take, idle } = clockOf();
    await take(2, 10);
    idle(100);
    let finish = (): void => undefined;
    const slow = clock.time(1, () => new Promise<void>((resolve) => (finish = resolve)));
    await take(3);
    finish();
    await slow;
    expect(clock.spent()).toEqual({ queries: 12, seconds: 5 });
    expect(clock.isUp()).toBe(false);
  });

  it("gives each group its share of what is left", async () => {
    const { clock, take } = clockOf(60, 20);
    clock.begin(4);
    await take(9);
    expect(clock.isUp()).toBe(false);
    await take(2);
    expect(clock.isUp()).toBe(true);
    // 29 seconds are left for three.
    clock.begin(3);
    await take(9.6);
    expect(clock.isUp()).toBe(false);
    await take(0.1);
    expect(clock.isUp()).toBe(true);
    expect(clock.total()).toEqual({ queries: 60 + 4, seconds: 20 + 20.7 });
  });

  it("counts the time of a query that is not answered, but no query", async () => {
    const { clock, idle } = clockOf();
    const lost = async () => {
      idle(2);
      throw new Error("gone");
    };
    await expect(clock.time(5, lost)).rejects.toThrow("gone");
    expect(clock.spent()).toEqual({ queries: 0, seconds: 2 });
  });
});

describe("createOracleLedger", () => {
  it("counts by sample, numbers each query, and stops hard at the budget", () => {
    const ledger = createOracleLedger(3, { isUp: () => false });
    expect(ledger.charge([5, 6, 5])).toEqual([0, 0, 1]);
    expect([ledger.remaining(5), ledger.remaining(6), ledger.remaining(7)]).toEqual([1, 2, 3]);
    expect(ledger.charge([5])).toEqual([2]);
    expect(() => ledger.charge([5])).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    expect(ledger.queries.get(5)).toBe(3);
  });

  it("leaves nothing when time is up, and tells it once", () => {
    let isUp = false;
    let told = 0;
    const ledger = createOracleLedger(undefined, { isUp: () => isUp }, () => told++);
    expect(ledger.remaining(1)).toBe(Number.POSITIVE_INFINITY);
    isUp = true;
    expect([ledger.remaining(1), ledger.remaining(2), told]).toEqual([0, 0, 1]);
  });
});
