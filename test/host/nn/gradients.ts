/** Every kind of layer, forward and backward, against tfjs's own tape. */

import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { sizeOf } from "../../../host/core/index.js";
import {
  backward,
  compile,
  disposeParams,
  type Engine,
  forward,
  type Graph,
  layerShapes,
  loadEngine,
  outputOf,
  scoped,
  uploadParams,
} from "../../../host/nn/index.js";
import { layerGraphs, smallResidual } from "./graphs.js";
import { randomFloats, randomParams, referenceForward, relativeGap } from "./reference.js";

const TOLERANCE = 1e-5;
const COUNT = 3;

let engine: Engine;

interface Run {
  y: Float32Array;
  dInput: Float32Array;
  dParams: Map<string, Float32Array>;
}

/** Frozen norms have no gradients, moving statistics and nudges never. */
function isTrainable(name: string, training: boolean): boolean {
  return !(training ? /moving|nudge/ : /moving|nudge|gamma|beta/).test(name);
}

/** Ours and tfjs's outputs and gradients of sum(dy * y) at one random point. */
function both(graph: Graph, training: boolean): { ours: Run; reference: Run } {
  const { tf, kernels } = engine;
  const shapes = layerShapes(graph);
  const inputShape = [COUNT, ...(shapes.get("input") ?? [])];
  const params = randomParams(graph, 7);
  const x = tf.keep(tf.tensor(randomFloats(sizeOf(inputShape), 1), inputShape));
  const outputShape = [COUNT, ...(shapes.get(graph.logits) ?? [])];
  const dy = tf.keep(tf.tensor(randomFloats(sizeOf(outputShape), 2, -1, 1), outputShape));

  const uploaded = uploadParams({ graph, params }, engine);
  const ours = scoped(engine, (): Run => {
    const program = compile(graph, engine);
    const at = program.indexOf(graph.logits);
    const trace = forward(program, uploaded, x, at, training);
    const found = backward(program, uploaded, trace, at, dy, { inputs: true, params: true }, kernels.add);
    const dParams = new Map<string, Float32Array>();
    graph.layers.forEach(({ name }, number) => {
      for (const [role, gradient] of Object.entries(found.params[number] ?? {})) {
        dParams.set(`${name}/${role}`, gradient.dataSync() as Float32Array);
      }
    });
    const dInput = (found.input as Tensor).dataSync() as Float32Array;
    return { y: outputOf(trace, at).dataSync() as Float32Array, dInput, dParams };
  });
  disposeParams(uploaded);

  const reference = scoped(engine, (): Run => {
    const tensors = new Map([...params].map(([key, { data, shape }]) => [key, tf.tensor(data, shape as number[])]));
    const names = [...params.keys()].filter((name) => isTrainable(name, training));
    const run = (...[input, ...rest]: Tensor[]) => {
      const values = new Map([...tensors, ...names.map((name, i) => [name, rest[i] as Tensor] as const)]);
      return referenceForward(tf, graph, values, input as Tensor, graph.logits, training);
    };
    const [dInput, ...gradients] = tf.grads(run)([x, ...names.map((name) => tensors.get(name) as Tensor)], dy);
    return {
      y: referenceForward(tf, graph, tensors, x, graph.logits, training).dataSync() as Float32Array,
      dInput: (dInput as Tensor).dataSync() as Float32Array,
      dParams: new Map(names.map((name, i) => [name, (gradients[i] as Tensor).dataSync() as Float32Array])),
    };
  });
  tf.dispose([x, dy]);
  return { ours, reference };
}

function expectEqual({ ours, reference }: { ours: Run; reference: Run }) {
  expect(relativeGap(ours.y, reference.y)).toBeLessThan(TOLERANCE);
  expect(relativeGap(ours.dInput, reference.dInput)).toBeLessThan(TOLERANCE);
  expect([...ours.dParams.keys()].sort()).toEqual([...reference.dParams.keys()].sort());
  for (const [name, gradient] of ours.dParams) {
    expect(relativeGap(gradient, reference.dParams.get(name) ?? []), name).toBeLessThan(TOLERANCE);
  }
}

/** Declares the tests, for whichever engine the process loads. */
export function describeGradients(name: "tensorflow" | "cpu"): void {
  describe(`on ${name}, agrees with tfjs's own gradients`, () => {
    beforeAll(async () => {
      engine = await loadEngine();
      expect(engine.info.name).toBe(name);
    });
    for (const graph of [...layerGraphs, smallResidual()]) {
      it(`${graph.id}, training`, () => expectEqual(both(graph, true)));
      it(`${graph.id}, inference`, () => expectEqual(both(graph, false)));
    }
  });
}
