import { describe, expect, it } from "vitest";
import type { Norm } from "../../../host/core/index.js";
import { checkProposal } from "../../../host/eval/check-proposal.js";

const batch = (...rows: number[][]) => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]?.length ?? 0],
});
const promises = (norm: Norm, eps: number | null) => ({
  attack: "pgd",
  norm,
  eps,
  bounds: [0, 1] as const,
  firstRow: 10,
});

describe("checkProposal", () => {
  it("accepts what lies on the border, as float32 has it", () => {
    const eps = 8 / 255;
    const clean = batch([0.1, 0.5, 0.9]);
    const proposed = batch([0.1 + eps, 0.5 - eps, 0.9 + eps]);
    expect(() => checkProposal(clean, proposed, promises("linf", eps))).not.toThrow();
    expect(() => checkProposal(clean, proposed, promises("l2", eps * Math.sqrt(3)))).not.toThrow();
  });

  it.each(["linf", "l2", "l1"] as const)("shouts when %s is above eps, naming the sample", (norm) => {
    const clean = batch([0.5, 0.5], [0.5, 0.5]);
    const proposed = batch([0.5, 0.5], [0.5, 0.501]);
    expect(() => checkProposal(clean, proposed, promises(norm, 0.00099))).toThrow(
      /pgd left its ball: sample 11 .*at most 0.00099/,
    );
    expect(() => checkProposal(clean, proposed, promises(norm, 0.00101))).not.toThrow();
  });

  it("shouts when values leave the bounds, even with no eps", () => {
    for (const value of [1.0000001, -1e-7, Number.POSITIVE_INFINITY]) {
      expect(() => checkProposal(batch([0.5, 1]), batch([0.5, value]), promises("l2", null))).toThrow(
        /left the valid range: sample 10/,
      );
    }
  });

  it("takes the nearest grid point where an attack has to stay on a grid that holds none within eps", () => {
    const grid = { type: "int8", scale: 0.25, zeroPoint: -128 } as const;
    const clean = batch([0.15, 0.5]);
    const check = (proposed: number[], onGrid: boolean) =>
      checkProposal(clean, batch(proposed), { ...promises("linf", 0.05), ...(onGrid && { grid }) });
    expect(() => check([0.25, 0.5], true)).not.toThrow();
    expect(() => check([0.25, 0.5], false)).toThrow(/left its ball/);
    expect(() => check([0.5, 0.5], true)).toThrow(/left its ball/);
  });

  it("counts changed elements exactly", () => {
    expect(() => checkProposal(batch([0, 0, 0]), batch([0.1, 0.2, 0]), promises("l0", 2))).not.toThrow();
    expect(() => checkProposal(batch([0, 0, 0]), batch([0.1, 0.2, 0]), promises("l0", 1))).toThrow(/left its ball/);
  });
});
