import { describe, expect, it } from "vitest";
import { probesOfRounds } from "../../../host/attacks/index.js";

describe("probesOfRounds", () => {
  it.each([
    [4000, 0.6],
    [1000, 0.6],
    [4000, 1],
    [300, 0.3],
  ])("shares %i queries out by lambda %d, with 25 a round for the walk back", (queries, lambda) => {
    const probes = probesOfRounds(queries, lambda);
    const total = probes.reduce((sum, number) => sum + number, 0);
    expect(Math.abs(total + 25 * probes.length - queries)).toBeLessThanOrEqual(probes.length / 2);
    expect(probes[0]).toBeLessThanOrEqual(80);
    for (const [t, number] of probes.slice(1).entries()) {
      const ratio = lambda ** (-2 / 3);
      expect(Math.abs(number - ratio * (probes[t] as number))).toBeLessThanOrEqual((1 + ratio) / 2);
    }
  });

  it("has no round for queries that a round's walk back would use up", () => {
    expect(probesOfRounds(25, 0.6)).toEqual([]);
    expect(probesOfRounds(0, 0.6)).toEqual([]);
    expect(probesOfRounds(60, 0.6)).toEqual([35]);
  });
});
