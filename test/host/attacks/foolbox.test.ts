import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { attackById, type Goal, type ParamValue, parseParams } from "../../../host/attacks/index.js";
import { type Batch, type Norm, openStream } from "../../../host/core/index.js";
import { modelOf } from "./models.js";

interface Reference {
  readonly origin: string;
  readonly first: number[][];
  readonly second: number[][];
  readonly x: number[][];
  readonly labels: number[];
  readonly cases: readonly {
    readonly attack: string;
    readonly norm: Norm;
    readonly goal: Goal["kind"];
    readonly params: Record<string, ParamValue>;
    readonly eps: number;
    readonly rows: number[];
    readonly adversarial: number[][];
  }[];
}

const reference = JSON.parse(readFileSync(new URL("foolbox.json", import.meta.url), "utf8")) as Reference;
const rowsOf = (matrix: number[][]): Float64Array[] => matrix.map((row) => Float64Array.from(row));

describe(`against ${reference.origin}`, () => {
  const model = modelOf({ first: rowsOf(reference.first), second: rowsOf(reference.second) }, [18]);

  it.each(reference.cases)(
    "$attack $norm $goal $params",
    async ({ attack: id, norm, goal, params, eps, rows, adversarial }) => {
      const attack = attackById(id);
      const labels = Int32Array.from(rows, (row) => reference.labels[row] as number);
      const [found] = (await attack.run({
        model,
        x: { data: Float32Array.from(rows.flatMap((row) => reference.x[row] as number[])), shape: [rows.length, 18] },
        labels,
        samples: rows,
        goal: goal === "targeted" ? { kind: goal, targets: labels.map((label) => (label + 1) % 4) } : { kind: goal },
        norm,
        eps: [eps],
        params: parseParams(id, attack.params, params),
        rng: (sample) => openStream(1, sample),
      })) as [Batch];
      const expected = adversarial.flat();
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - (found.data[i] as number))));
      expect(worst).toBeLessThan(2e-6);
    },
  );
});
