import { describe, expect, it } from "vitest";
import type { Grid, QuantArray } from "../../../host/core/index.js";
import { crc32Of, type OracleAnswer, type OracleAnswers } from "../../../host/data/index.js";
import type { Asker } from "../../../host/eval/asker.js";
import { createOracleClock } from "../../../host/eval/oracle-clock.js";
import { createOracleLedger } from "../../../host/eval/oracle-ledger.js";
import { type EngineOracleOptions, engineOracle, networkOracle } from "../../../host/eval/oracles.js";
import { fakeModel, GRID } from "./fakes.js";

const OUTPUT: Grid = { type: "int8", scale: 1 / 256, zeroPoint: -128 };
const LOGITS: Grid = { type: "int8", scale: 0.25, zeroPoint: 10 };

/** Remembers what it was asked, and answers with fixed bytes. */
function engineOf(outputs: readonly number[], tensors: readonly number[] = []) {
  const asked: { sample: number; input: number[]; tensor: number | undefined }[] = [];
  const asker: Asker = {
    measuredOn: "device",
    width: 1,
    reportsTensors: true,
    ask: () => Promise.reject(new Error("an oracle does not ask for what is judged")),
    async query(sample: number, input: QuantArray, tensor?: number) {
      asked.push({ sample, input: [...input], tensor });
      return Uint8Array.from(tensor === undefined ? outputs : tensors);
    },
    stop: () => undefined,
  };
  return { asker, asked };
}

function answersOf(kept: readonly OracleAnswer[] = []): OracleAnswers & { added: OracleAnswer[] } {
  const added: OracleAnswer[] = [];
  return {
    added,
    find: (sample, place) => kept.find((one) => one.sample === sample && one.place === place),
    add: (answer) => added.push(answer),
    close: async () => undefined,
  };
}

const MODEL = { id: "net", inputShape: [2], classes: 2, bounds: [0, 1] as const };

function oracleOf(changes: Partial<EngineOracleOptions> & Pick<EngineOracleOptions, "asker">, budget?: number) {
  const clock = createOracleClock();
  return engineOracle({
    gives: "scores",
    ledger: createOracleLedger(budget, clock),
    clock,
    model: MODEL,
    view: { input: GRID, output: OUTPUT },
    answers: answersOf(),
    ...changes,
  });
}

const batch = (...rows: number[][]) => ({ data: Float32Array.from(rows.flat()), shape: [rows.length, 2] });

describe("engineOracle", () => {
  it("rounds to the grid, asks for one row a query, and gives the output's real values", async () => {
    const { asker, asked } = engineOf([127, -128]);
    const oracle = oracleOf({ asker });
    const scores = await oracle.query(batch([0, 0.25], [1, 2 / 255 + 0.4 / 255]), [7, 9]);
    expect(asked).toEqual([
      { sample: 7, input: [-128, -64], tensor: undefined },
      { sample: 9, input: [127, -126], tensor: undefined },
    ]);
    expect(scores).toEqual({ data: Float32Array.of(255 / 256, 0, 255 / 256, 0), shape: [2, 2] });
    expect(oracle.grid).toBe(GRID);
    expect([...oracle.queries]).toEqual([
      [7, 1],
      [9, 1],
    ]);
  });

  it("asks for the tensor before the softmax where its scores are wanted", async () => {
    const { asker, asked } = engineOf([127, -128], [14, -128]);
    const view = { input: GRID, output: OUTPUT, logits: { index: 33, grid: LOGITS } };
    const scores = await oracleOf({ asker, view }).query(batch([0, 0]), [1]);
    expect(asked[0]?.tensor).toBe(33);
    // Beyond what int8 could hold: -138 steps.
    expect([...scores.data]).toEqual([1, -34.5]);
    const labels = await oracleOf({ asker, view, gives: "labels" }).query(batch([0, 0]), [1]);
    expect(asked[1]?.tensor).toBeUndefined();
    expect([...labels.data]).toEqual([1, 0]);
  });

  it("says what its scores are, where the model tells", () => {
    const { asker } = engineOf([0, 0], [0, 0]);
    const view = { input: GRID, output: OUTPUT, outputIs: "probabilities" } as const;
    const logits = { index: 33, grid: LOGITS };
    expect(oracleOf({ asker, view }).scoresAre).toBe("probabilities");
    expect(oracleOf({ asker, view: { ...view, logits } }).scoresAre).toBe("logits");
    expect(oracleOf({ asker })).not.toHaveProperty("scoresAre");
  });

  it("reads a single output as a sigmoid, and its input as the second of two logits", async () => {
    const scoresWith = async (byte: number, gives: "scores" | "labels" = "scores") => [
      ...(await oracleOf({ asker: engineOf([byte]).asker, gives }).query(batch([0, 0]), [1])).data,
    ];
    expect(await scoresWith(64)).toEqual([0.25, 0.75]);
    expect(await scoresWith(0, "labels")).toEqual([1, 0]);
    expect(await scoresWith(1, "labels")).toEqual([0, 1]);
    const view = { input: GRID, output: OUTPUT, logits: { index: 3, grid: LOGITS } };
    const logits = await oracleOf({ asker: engineOf([0], [6]).asker, view }).query(batch([0, 0]), [1]);
    expect([...logits.data]).toEqual([0, -1]);
  });

  it("does not ask again what was answered in an earlier session, and counts it all the same", async () => {
    const inputCrc = crc32Of(Uint8Array.of(128, 128));
    const kept = { sample: 7, place: 0, inputCrc, output: Uint8Array.of(0, 1) };
    const { asker, asked } = engineOf([1, 0]);
    const answers = answersOf([kept]);
    const oracle = oracleOf({ asker, answers, gives: "labels" });
    const first = await oracle.query(batch([0, 0], [0, 0]), [7, 7]);
    expect([...first.data]).toEqual([0, 1, 1, 0]);
    expect(asked).toHaveLength(1);
    expect(answers.added).toEqual([{ sample: 7, place: 1, inputCrc, output: Uint8Array.of(1, 0) }]);
    expect(oracle.queries.get(7)).toBe(2);
  });

  it("does not take an answer to another input", async () => {
    const answers = answersOf([{ sample: 7, place: 0, inputCrc: 1, output: Uint8Array.of(0, 1) }]);
    await expect(oracleOf({ ...engineOf([1, 0]), answers }).query(batch([0, 0]), [7])).rejects.toMatchObject({
      code: "FILE_INVALID",
      message: expect.stringMatching(/query 0 of sample 7/),
    });
  });

  it("asks nothing beyond the budget", async () => {
    const { asker, asked } = engineOf([1, 0]);
    const oracle = oracleOf({ asker }, 2);
    await oracle.query(batch([0, 0], [0, 0]), [7, 7]);
    expect([oracle.remaining(7), oracle.remaining(8)]).toEqual([0, 2]);
    await expect(oracle.query(batch([0, 0]), [7])).rejects.toMatchObject({ code: "INTERNAL" });
    expect(asked).toHaveLength(2);
  });

  it("refuses what is no number, as a device would have to", async () => {
    await expect(oracleOf(engineOf([1, 0])).query(batch([Number.NaN, 0]), [7])).rejects.toMatchObject({
      code: "NOT_FINITE",
    });
  });
});

describe("networkOracle", () => {
  it("gives the logits, or labels, and counts", async () => {
    const clock = createOracleClock();
    const model = fakeModel();
    const oracleWith = (gives: "scores" | "labels") =>
      networkOracle(model, { gives, clock, ledger: createOracleLedger(1, clock) });
    const x = { data: Float32Array.of(1, 1, 1, 0.5), shape: [1, 4] };
    expect([...(await oracleWith("scores").query(x, [3])).data]).toEqual([-1.5, 1.5]);
    const labels = oracleWith("labels");
    expect([...(await labels.query(x, [3])).data]).toEqual([0, 1]);
    expect(labels.remaining(3)).toBe(0);
    expect(labels).not.toHaveProperty("grid");
    expect(labels.scoresAre).toBe("logits");
    expect(clock.spent().queries).toBe(2);
  });
});
