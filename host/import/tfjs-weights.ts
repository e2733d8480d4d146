/** The parameters of a tfjs layers model: what the manifest lists, in one run of bytes. */

import { McuEvalError, sizeOf } from "../core/index.js";
import { type Graph, type Param, type Params, paramShapes } from "../nn/index.js";

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/**
 * Cuts the weights of one manifest group out of its bytes.
 *
 * @param specs in the order of the bytes; float32, little-endian
 * @throws McuEvalError FILE_INVALID when the sizes differ, MODEL_UNSUPPORTED for other types
 */
export function cutWeights(specs: readonly WeightSpec[], bytes: Uint8Array, source: string): Map<string, Param> {
  const weights = new Map<string, Param>();
  // A copy that starts at byte 0 of its memory, as Float32Array needs; a Buffer's own slice would be a view.
  const { buffer } = Uint8Array.from(bytes);
  let offset = 0;
  for (const { name, shape, dtype, ...rest } of specs) {
    if (dtype !== "float32" || "quantization" in rest) {
      const found = "quantization" in rest ? "quantised" : dtype;
      throw new McuEvalError("MODEL_UNSUPPORTED", `${source}: weight "${name}" is ${found}, expected float32`);
    }
    const size = sizeOf(shape);
    if (offset + 4 * size > bytes.length) {
      throw new McuEvalError(
        "FILE_INVALID",
        `${source} has ${bytes.length} bytes of weights, but "${name}" ends at byte ${offset + 4 * size}`,
      );
    }
    weights.set(name, { shape, data: new Float32Array(buffer, offset, size).slice() });
    offset += 4 * size;
  }
  if (offset !== bytes.length) {
    throw new McuEvalError(
      "FILE_INVALID",
      `${source} has ${bytes.length} bytes of weights, but its manifest lists ${offset}`,
    );
  }
  return weights;
}

/**
 * The graph's parameters among a file's weights. A batchNorm without scale or centre gets ones or zeros.
 *
 * @throws McuEvalError FILE_INVALID for one that is missing, of another shape, or not finite
 */
export function paramsOf(graph: Graph, weights: ReadonlyMap<string, Param>, source: string): Params {
  const params = new Map<string, Param>();
  for (const [name, shape] of paramShapes(graph)) {
    const param =
      weights.get(name) ?? weights.get(name.replace(/\/kernel$/, "/depthwise_kernel")) ?? defaultOf(name, shape);
    if (param === undefined) throw new McuEvalError("FILE_INVALID", `${source} has no weight "${name}"`);
    if (param.shape.join() !== shape.join()) {
      throw new McuEvalError(
        "FILE_INVALID",
        `${source}: weight "${name}" has shape [${param.shape.join(", ")}], expected [${shape.join(", ")}]`,
      );
    }
    if (!param.data.every(Number.isFinite)) {
      throw new McuEvalError("NOT_FINITE", `${source}: weight "${name}" holds a value that is not a finite number`);
    }
    params.set(name, param);
  }
  return params;
}

function defaultOf(name: string, shape: readonly number[]): Param | undefined {
  if (name.endsWith("/gamma")) return { shape, data: new Float32Array(sizeOf(shape)).fill(1) };
  if (name.endsWith("/beta")) return { shape, data: new Float32Array(sizeOf(shape)) };
  return undefined;
}
