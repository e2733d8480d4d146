/** What the tests of attacks on labels share: a boundary that is known, and oracles that watch what they are asked. */

import {
  type AttackContext,
  attackById,
  floatOracle,
  type ParamValue,
  parseParams,
} from "../../../host/attacks/index.js";
import { argmax, type Batch, countOf, type Oracle, openStream, row } from "../../../host/core/index.js";
import { modelOf } from "./models.js";

const SIZE = 48;
const SHAPE = [4, 4, 3];
const stream = openStream(1, "label attacks");
/** The normal of the boundary between the two classes, which passes through the middle of the bounds. */
export const direction = Float64Array.from({ length: SIZE }, () => stream.normal());
export const model = modelOf({ second: [new Float64Array(SIZE), direction] }, SHAPE);

/** How far a point lies beyond the boundary, in l2. */
export function beyond(point: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < SIZE; i++) sum += (direction[i] as number) * ((point[i] as number) - 0.5);
  return sum / Math.hypot(...direction);
}

/** Samples of class 0, each at its own distance from the boundary. */
export function samplesAt(distances: readonly number[]): Batch {
  const length = Math.hypot(...direction);
  const data = Float32Array.from(distances.flatMap((far) => Array.from(direction, (w) => 0.5 - (far * w) / length)));
  return { data, shape: [distances.length, ...SHAPE] };
}

export interface Asked {
  readonly point: Float32Array;
  readonly isFooling: boolean;
}

/** An oracle of labels that keeps every point it was asked, in order, by sample. */
export function watched(base: Oracle = floatOracle(model, { gives: "labels" })): {
  oracle: Oracle;
  asked: Map<number, Asked[]>;
} {
  const asked = new Map<number, Asked[]>();
  const oracle: Oracle = {
    ...base,
    async query(x, samples) {
      const answer = await base.query(x, samples);
      for (let i = 0; i < countOf(x); i++) {
        const sample = samples[i] as number;
        const list = asked.get(sample) ?? [];
        list.push({ point: row(x, i).slice(), isFooling: argmax(row(answer, i)) !== 0 });
        asked.set(sample, list);
      }
      return answer;
    },
  };
  return { oracle, asked };
}

export async function attack(
  id: string,
  oracle: Oracle,
  x: Batch,
  entered: Record<string, ParamValue>,
  change: Partial<AttackContext> = {},
): Promise<Batch> {
  const known = attackById(id);
  const samples = Array.from({ length: countOf(x) }, (_, i) => 10 + i);
  const [found] = await known.run({
    model: oracle,
    x,
    labels: new Int32Array(countOf(x)),
    samples,
    goal: { kind: "untargeted" },
    norm: "l2",
    params: parseParams(id, known.params, entered),
    rng: (sample, restart = 0) => openStream(5, id, sample, restart),
    ...change,
  });
  return found as Batch;
}
