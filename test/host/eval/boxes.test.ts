import { describe, expect, it } from "vitest";
import { attackById } from "../../../host/attacks/index.js";
import type { AttackSettings } from "../../../host/data/index.js";
import { boxOpener } from "../../../host/eval/boxes.js";
import { createOracleClock } from "../../../host/eval/oracle-clock.js";
import { fakeAsker, fakeModel, GRID, OUTPUT_GRID } from "./fakes.js";

const SETTINGS: AttackSettings = { id: "zoo", goal: "untargeted", norm: "l2", params: {}, eps: [] };

/** Boxes of a run whose device reports outputs alone, and whose native build reports every tensor. */
const open = (settings: Partial<AttackSettings>) =>
  boxOpener({
    attack: attackById("zoo"),
    settings: { ...SETTINGS, ...settings },
    networks: {
      float: fakeModel(),
      engines: { device: fakeAsker(), native: { ...fakeAsker(), reportsTensors: true } },
      view: { input: GRID, output: OUTPUT_GRID, logits: { index: 3, grid: OUTPUT_GRID } },
    },
    clock: createOracleClock(),
    groupsLeft: () => 1,
    openAnswers: () => Promise.reject(new Error("not opened here")),
    timeIsUp: () => undefined,
  });

describe("scores before the softmax", () => {
  it.each([{ oracle: "device" }, { oracle: "native", finish_on: "device" }] as const)(
    "are refused of an engine that cannot report them: %j",
    (asked) => {
      expect(() => open({ ...asked, scores: "logits" })).toThrow(
        expect.objectContaining({ code: "USAGE", message: expect.stringContaining("the device oracle cannot report") }),
      );
      expect(() => open({ ...asked, scores: "output" })).not.toThrow();
    },
  );

  it("may be asked of one that can", () => {
    expect(() => open({ oracle: "native", scores: "logits" })).not.toThrow();
  });
});
