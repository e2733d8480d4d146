/** What layers give for a batch, e.g. for the calibration of a quantised model. */

import { assertShape, type Batch } from "../core/index.js";
import { loadEngine, scoped } from "./engine.js";
import { compile, disposeParams, forward, outputOf, uploadParams } from "./executor.js";
import type { Network } from "./graph.js";
import { layerShapes } from "./shapes.js";

/**
 * Runs a network in inference mode and reads layers' outputs.
 *
 * @param x [N, ...input shape]; all samples stay in memory with all their activations, so take some hundreds
 * @param layers names of the layers to read; default all
 * @returns [N, ...layer shape] by layer name, in the graph's order
 */
export async function forwardAll(
  network: Network,
  x: Batch,
  layers: readonly string[] = network.graph.layers.map(({ name }) => name),
): Promise<ReadonlyMap<string, Batch>> {
  const { graph } = network;
  const inputShape = layerShapes(graph).get(graph.layers[0]?.name ?? "") ?? [];
  assertShape(x, [null, ...inputShape], `input of ${graph.id}`);
  const engine = await loadEngine();
  const program = compile(graph, engine);
  const wanted = layers.map((name) => program.indexOf(name)).sort((a, b) => a - b);
  const params = uploadParams(network, engine);
  try {
    return scoped(engine, () => {
      const input = engine.tf.tensor(x.data, x.shape as number[], "float32");
      const trace = forward(program, params, input, wanted.at(-1) ?? 0);
      const outputs = new Map<string, Batch>();
      for (const number of wanted) {
        const y = outputOf(trace, number);
        outputs.set(program.steps[number]?.name ?? "", { data: y.dataSync() as Float32Array, shape: y.shape });
      }
      return outputs;
    });
  } finally {
    disposeParams(params);
  }
}
