/** Seeded starting values of a graph's parameters. */

import { openStream, sizeOf } from "../core/index.js";
import { type Graph, type Param, paramShapes } from "../nn/index.js";

/**
 * He's normal initialisation for kernels (He et al. 2015, arXiv 1502.01852, section 2.2, fan-in),
 * zero biases, and norms that change nothing.
 *
 * Each parameter draws from a stream of its own name, so adding a layer leaves the others' values.
 */
export function initialParams(graph: Graph, seed: number): Map<string, Param> {
  const params = new Map<string, Param>();
  for (const [key, shape] of paramShapes(graph)) {
    params.set(key, { shape, data: initial(key, shape, seed, depthwise(graph, key)) });
  }
  return params;
}

function depthwise(graph: Graph, key: string): boolean {
  return graph.layers.some((layer) => layer.kind === "depthwiseConv2d" && key === `${layer.name}/kernel`);
}

function initial(key: string, shape: readonly number[], seed: number, isDepthwise: boolean): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  const role = key.slice(key.lastIndexOf("/") + 1);
  if (role === "gamma" || role === "moving_variance") return data.fill(1);
  if (role !== "kernel") return data;
  const fanIn = sizeOf(shape.slice(0, isDepthwise ? -2 : -1));
  const deviation = Math.sqrt(2 / fanIn);
  const rng = openStream(seed, "init", key);
  for (let i = 0; i < data.length; i++) data[i] = deviation * rng.normal();
  return data;
}
