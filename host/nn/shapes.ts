/** Shapes that follow from a graph: every layer's output, every parameter. */

import { McuEvalError, sizeOf } from "../core/index.js";
import type { Graph, Layer, Padding } from "./graph.js";

/** Extent that a kernel of `size` taps covers. */
export function dilatedSize(
  size: readonly [number, number],
  [vertical, horizontal]: readonly [number, number] = [1, 1],
): readonly [number, number] {
  return [(size[0] - 1) * vertical + 1, (size[1] - 1) * horizontal + 1];
}

/** Output extent of a window along one axis. */
function windowed(extent: number, size: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(extent / stride) : Math.ceil((extent - size + 1) / stride);
}

function slid(
  [height, width]: readonly number[],
  size: readonly [number, number],
  { strides, padding }: { readonly strides: readonly [number, number]; readonly padding: Padding },
): [number, number] {
  return [windowed(height ?? 0, size[0], strides[0], padding), windowed(width ?? 0, size[1], strides[1], padding)];
}

/**
 * The first of several shapes that must be alike.
 *
 * @param free how many of the last axes may differ
 */
function alike({ name }: Layer, verb: string, shapes: readonly (readonly number[])[], free: number): readonly number[] {
  const [shape = []] = shapes;
  const fixed = ({ length }: readonly number[]): number => length - free;
  for (const other of shapes) {
    if (other.length === shape.length && other.slice(0, fixed(other)).join() === shape.slice(0, fixed(shape)).join()) {
      continue;
    }
    throw new McuEvalError(
      "MODEL_UNSUPPORTED",
      `layer "${name}" ${verb} shapes [${shape.join(", ")}] and [${other.join(", ")}], expected equal ones${free > 0 ? " but for the channels" : ""}`,
    );
  }
  return shape;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function outputShape(layer: Layer, inputs: readonly (readonly number[])[]): readonly number[] {
  if (layer.kind === "input") return layer.shape;
  const [shape] = inputs;
  if (!shape) throw new McuEvalError("MODEL_UNSUPPORTED", `layer "${layer.name}" (${layer.kind}) has no input`);
  const channels = shape.at(-1) ?? 0;
  switch (layer.kind) {
    case "conv2d":
      return [...slid(shape, dilatedSize(layer.kernelSize, layer.dilations), layer), layer.filters];
    case "depthwiseConv2d":
      return [...slid(shape, dilatedSize(layer.kernelSize, layer.dilations), layer), channels * layer.filters];
    case "averagePool2d":
    case "maxPool2d":
      return [...slid(shape, layer.poolSize, layer), channels];
    case "dense":
      return [layer.units];
    case "flatten":
      return [sizeOf(shape)];
    case "zeroPad2d": {
      const [[above, below], [left, right]] = layer.margins;
      return [(shape[0] ?? 0) + above + below, (shape[1] ?? 0) + left + right, channels];
    }
    case "add":
      return alike(layer, "adds", inputs, 0);
    case "multiply":
      return alike(layer, "multiplies", inputs, 0);
    case "concat":
      return [...alike(layer, "joins", inputs, 1).slice(0, -1), sumOf(inputs.map((input) => input.at(-1) ?? 0))];
    case "batchNorm":
    case "activation":
    case "softmax":
    case "fakeQuant":
      return shape;
  }
}

/**
 * Every layer's output shape, without the batch axis, by layer name.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED for an input that no earlier layer gives, or shapes that do not fit
 */
export function layerShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const layer of graph.layers) {
    const inputs = layer.inputs.map((name) => {
      const shape = shapes.get(name);
      if (!shape) {
        throw new McuEvalError(
          "MODEL_UNSUPPORTED",
          `layer "${layer.name}" reads "${name}", which no earlier layer is called`,
        );
      }
      return shape;
    });
    shapes.set(layer.name, outputShape(layer, inputs));
  }
  return shapes;
}

/** Every parameter's shape by `<layer>/<role>`, in layer order. */
export function paramShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const shapes = layerShapes(graph);
  const params = new Map<string, readonly number[]>();
  for (const layer of graph.layers) {
    const channels = shapes.get(layer.inputs[0] ?? "")?.at(-1) ?? 0;
    for (const [role, shape] of rolesOf(layer, channels)) params.set(`${layer.name}/${role}`, shape);
  }
  return params;
}

function rolesOf(layer: Layer, channels: number): [role: string, shape: number[]][] {
  switch (layer.kind) {
    case "conv2d":
      return withBias(layer.useBias, [...layer.kernelSize, channels, layer.filters], layer.filters);
    case "depthwiseConv2d":
      return withBias(layer.useBias, [...layer.kernelSize, channels, layer.filters], channels * layer.filters);
    case "dense":
      return withBias(layer.useBias, [channels, layer.units], layer.units);
    case "batchNorm":
      return ["gamma", "beta", "moving_mean", "moving_variance"].map((role) => [role, [channels]]);
    case "fakeQuant":
      return layer.useNudge ? [["nudge", [channels]]] : [];
    default:
      return [];
  }
}

function withBias(useBias: boolean, kernel: number[], outputs: number): [string, number[]][] {
  return useBias
    ? [
        ["kernel", kernel],
        ["bias", [outputs]],
      ]
    : [["kernel", kernel]];
}
