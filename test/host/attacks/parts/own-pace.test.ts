import { expect, it } from "vitest";
import { cwL2, ead, parseParams } from "../../../../host/attacks/index.js";
import { type Batch, openStream } from "../../../../host/core/index.js";
import { modelOf } from "../models.js";

it.each([cwL2, ead])("$id asks about the point after its last step", async (attack) => {
  // Of class 1 beyond 0.5 in the first element.
  const model = modelOf({ second: [Float64Array.of(0, 0), Float64Array.of(1, 0)] }, [2]);
  const x: Batch = { data: Float32Array.of(0.4, 0.5), shape: [1, 2] };
  const [found] = (await attack.run({
    model,
    x,
    labels: Int32Array.of(0),
    samples: [0],
    goal: { kind: "untargeted" },
    norm: attack.norms[0] as (typeof attack.norms)[number],
    params: parseParams(attack.id, attack.params, {
      steps: 1,
      binarySteps: 1,
      initialConst: 100,
      learningRate: 0.5,
    }),
    rng: (sample, restart = 0) => openStream(1, attack.id, sample, restart),
  })) as [Batch];
  expect(found.data[0]).toBeGreaterThan(0.5);
});
