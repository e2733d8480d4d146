/** A network as a white box that counts its passes. */

import { assertShape, type Batch, countOf, type GradientModel, type OpenPass, slice, zeros } from "../core/index.js";
import { type Engine, loadEngine, scoped } from "./engine.js";
import { backward, compile, forward, type ParamTensors, type Program, uploadParams } from "./executor.js";
import type { Network } from "./graph.js";
import type { Tensor } from "./kernels.js";
import { areFinite, notFinite, numbersOf } from "./not-finite.js";
import { gradientOfOne, twoLogits } from "./one-output.js";
import { layerShapes } from "./shapes.js";

/** Samples that go through the net together in `logits`: more only cost memory. */
const CHUNK = 128;

interface Loaded {
  readonly engine: Engine;
  readonly program: Program;
  readonly params: ParamTensors;
  /** Number of the logits' layer. */
  readonly at: number;
}

/**
 * Wraps a network, in inference mode, as the gradient model that white-box attacks ask.
 *
 * The engine is loaded and the parameters are uploaded at the first pass; they stay for the life of
 * the process. Backward passes compute the input gradient only. Logits with NaN, and input gradients with
 * NaN or infinity, are thrown as NOT_FINITE, naming a layer. Of a network with one output z, the logits are
 * [0, z].
 */
export function gradientModel(network: Network): GradientModel {
  const { graph } = network;
  const shapes = layerShapes(graph);
  const inputShape = shapes.get(graph.layers[0]?.name ?? "") ?? [];
  const outputs = shapes.get(graph.logits)?.at(-1) ?? 0;
  const classes = outputs === 1 ? 2 : outputs;
  const passes = { forward: 0, backward: 0 };
  let loading: Promise<Loaded> | undefined;

  const load = (): Promise<Loaded> => {
    loading ??= loadEngine().then((engine) => {
      const program = compile(graph, engine);
      return { engine, program, params: uploadParams(network, engine), at: program.indexOf(graph.logits) };
    });
    return loading;
  };

  return {
    kind: "gradient",
    id: graph.id,
    inputShape,
    classes,
    bounds: graph.bounds,
    passes,

    async logits(x) {
      assertShape(x, [null, ...inputShape], `input of ${graph.id}`);
      const loaded = await load();
      const count = countOf(x);
      const found = zeros([count, outputs]);
      for (let begin = 0; begin < count; begin += CHUNK) {
        const part = slice(x, begin, Math.min(begin + CHUNK, count));
        found.data.set(logitsOf(loaded, part), begin * outputs);
      }
      passes.forward += count;
      return outputs === 1 ? twoLogits(found) : found;
    },

    async open(x) {
      assertShape(x, [null, ...inputShape], `input of ${graph.id}`);
      const loaded = await load();
      passes.forward += countOf(x);
      const pass = openPass(loaded, x, inputShape, outputs, (count) => {
        passes.backward += count;
      });
      return outputs === 1 ? openTwo(pass, graph.id) : pass;
    },
  };
}

function toTensor({ tf }: Engine, { data, shape }: Batch): Tensor {
  return tf.tensor(data, shape as number[], "float32");
}

function floatsOf(tensor: Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}

function logitsOf({ engine, program, params, at }: Loaded, x: Batch): Float32Array {
  return scoped(engine, () => numbersOf(program, forward(program, params, toTensor(engine, x), at), at));
}

function openPass(
  { engine, program, params, at }: Loaded,
  x: Batch,
  inputShape: readonly number[],
  outputs: number,
  counted: (samples: number) => void,
): OpenPass {
  const { tf, kernels } = engine;
  const count = countOf(x);
  const { trace, data } = scoped(engine, () => {
    const kept = forward(program, params, toTensor(engine, x), at);
    const numbers = numbersOf(program, kept, at);
    for (const { y } of kept) tf.keep(y);
    return { trace: kept, data: numbers };
  });
  const logits = { data, shape: [count, outputs] };
  return {
    logits,
    async backward(dLogits) {
      assertShape(dLogits, [count, outputs], gradientName(program.graph.id));
      counted(count);
      const shape = [count, ...inputShape];
      return scoped(engine, () => {
        const wanted = { inputs: true, params: false };
        const dy = toTensor(engine, dLogits);
        const { input } = backward(program, params, trace, at, dy, wanted, kernels.add);
        if (!input) return zeros(shape);
        const data = floatsOf(input);
        if (!areFinite(data)) throw notFinite(program, params, trace, at, dy, kernels);
        return { data, shape };
      });
    },
    close() {
      for (const { y } of trace) y.dispose();
    },
  };
}

/** A pass of a network with one output, as one of two logits. */
function openTwo(pass: OpenPass, id: string): OpenPass {
  const logits = twoLogits(pass.logits);
  return {
    logits,
    async backward(dLogits) {
      assertShape(dLogits, logits.shape, gradientName(id));
      return pass.backward(gradientOfOne(dLogits));
    },
    close: () => pass.close(),
  };
}

function gradientName(id: string): string {
  return `gradient of the logits of ${id}`;
}
