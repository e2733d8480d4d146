/** Every layer's output in plain loops and doubles: slow, and independent of the tensor engine. */

import { type Batch, countOf, sizeOf, zeros } from "../../../host/core/index.js";
import { type Activation, type Layer, layerShapes, type Network } from "../../../host/nn/index.js";

/** Every layer's output for a batch, by layer name. */
export type Activations = (x: Batch) => Promise<ReadonlyMap<string, Batch>>;

type Windowed = Extract<Layer, { strides: readonly [number, number] }>;

export function referenceOf({ graph, params }: Network): Activations {
  const shapes = layerShapes(graph);
  const param = (name: string): ArrayLike<number> => params.get(name)?.data ?? { length: 0 };
  return async (x) => {
    const outputs = new Map<string, Batch>();
    for (const layer of graph.layers) {
      const inputs = layer.inputs.map((name) => outputs.get(name) as Batch);
      const y = zeros([countOf(x), ...(shapes.get(layer.name) ?? [])]);
      if (layer.kind === "input") y.data.set(x.data);
      else fill(layer, inputs, y, param(`${layer.name}/kernel`), param(`${layer.name}/bias`));
      outputs.set(layer.name, y);
    }
    return outputs;
  };
}

function fill(layer: Layer, inputs: Batch[], y: Batch, kernel: ArrayLike<number>, bias: ArrayLike<number>): void {
  const x = inputs[0] as Batch;
  const size = sizeOf(y.shape.slice(1));
  const activation = "activation" in layer ? layer.activation : "linear";
  const put = (i: number, value: number): void => {
    y.data[i] = activate(activation, value);
  };
  switch (layer.kind) {
    case "activation":
    case "flatten":
      each(x.data, put);
      break;
    case "add":
      each(x.data, (i, value) => put(i, value + (inputs[1]?.data[i] as number)));
      break;
    case "multiply":
      each(x.data, (i, value) => put(i, value * (inputs[1]?.data[i] as number)));
      break;
    case "concat": {
      const channels = y.shape.at(-1) as number;
      let begin = 0;
      for (const part of inputs) {
        const [from, own] = [begin, part.shape.at(-1) as number];
        each(part.data, (i, value) => put(Math.floor(i / own) * channels + from + (i % own), value));
        begin += own;
      }
      break;
    }
    case "zeroPad2d": {
      const [, height = 0, width = 0, channels = 0] = x.shape;
      const [[above], [left]] = layer.margins;
      each(x.data, (i, value) => {
        const [n, v, h] = [height * width, width, 1].map((size) => Math.floor(i / (size * channels))) as [
          number,
          number,
          number,
        ];
        const row = n * (y.shape[1] as number) + above + (v % height);
        put((row * (y.shape[2] as number) + left + (h % width)) * channels + (i % channels), value);
      });
      break;
    }
    case "softmax":
      for (let n = 0; n < countOf(x); n++) {
        const row = x.data.subarray(n * size, (n + 1) * size);
        const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
        each(row, (i, logit) => put(n * size + i, Math.exp(logit) / total));
      }
      break;
    case "dense": {
      const depth = x.shape[1] as number;
      for (let i = 0; i < y.data.length; i++) {
        const [n, unit] = [Math.floor(i / size), i % size];
        let sum = bias[unit] ?? 0;
        for (let k = 0; k < depth; k++) sum += (x.data[n * depth + k] as number) * (kernel[k * size + unit] as number);
        put(i, sum);
      }
      break;
    }
    case "conv2d":
    case "depthwiseConv2d":
    case "averagePool2d":
    case "maxPool2d":
      slide(layer, x, y, (channel, taps) => put(taps.at, combine(layer, channel, taps, x, kernel, bias)));
      break;
    default:
      throw new Error(`no reference for ${layer.kind}`);
  }
}

interface Taps {
  /** Index of the output element. */
  readonly at: number;
  /** Tap number within the window, and index of its first channel in the input. */
  readonly inside: readonly (readonly [tap: number, from: number])[];
}

function combine(
  layer: Windowed,
  channel: number,
  { inside }: Taps,
  x: Batch,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
): number {
  const depth = x.shape[3] as number;
  if (layer.kind === "maxPool2d") return Math.max(...inside.map(([, from]) => x.data[from + channel] as number));
  if (layer.kind === "averagePool2d") {
    return inside.reduce((sum, [, from]) => sum + (x.data[from + channel] as number), 0) / inside.length;
  }
  let sum = bias[channel] ?? 0;
  for (const [tap, from] of inside) {
    if (layer.kind === "depthwiseConv2d") {
      const input = Math.floor(channel / layer.filters);
      sum += (x.data[from + input] as number) * (kernel[tap * depth * layer.filters + channel] as number);
    } else if (layer.kind === "conv2d") {
      for (let k = 0; k < depth; k++) {
        sum += (x.data[from + k] as number) * (kernel[(tap * depth + k) * layer.filters + channel] as number);
      }
    }
  }
  return sum;
}

/** Calls `visit` for every output element with the input positions its window covers; SAME pads as TensorFlow. */
function slide(layer: Windowed, x: Batch, y: Batch, visit: (channel: number, taps: Taps) => void): void {
  const [, height = 0, width = 0, depth = 0] = x.shape;
  const [count = 0, rows = 0, columns = 0, channels = 0] = y.shape;
  const size = "poolSize" in layer ? layer.poolSize : layer.kernelSize;
  const dilations = "kernelSize" in layer && layer.dilations ? layer.dilations : [1, 1];
  const before = (extent: number, out: number, axis: 0 | 1): number => {
    const covered = (size[axis] - 1) * (dilations[axis] as number) + 1;
    return layer.padding === "valid"
      ? 0
      : Math.floor(Math.max(0, (out - 1) * layer.strides[axis] + covered - extent) / 2);
  };
  const [top, left] = [before(height, rows, 0), before(width, columns, 1)];
  for (let at = 0; at < count * rows * columns * channels; at++) {
    const channel = at % channels;
    const column = Math.floor(at / channels) % columns;
    const rowIndex = Math.floor(at / (channels * columns)) % rows;
    const n = Math.floor(at / (channels * columns * rows));
    const inside: [number, number][] = [];
    for (let tap = 0; tap < size[0] * size[1]; tap++) {
      const v = rowIndex * layer.strides[0] - top + Math.floor(tap / size[1]) * (dilations[0] as number);
      const h = column * layer.strides[1] - left + (tap % size[1]) * (dilations[1] as number);
      if (v >= 0 && v < height && h >= 0 && h < width) inside.push([tap, ((n * height + v) * width + h) * depth]);
    }
    visit(channel, { at, inside });
  }
}

function each(values: Float32Array, visit: (i: number, value: number) => void): void {
  for (let i = 0; i < values.length; i++) visit(i, values[i] as number);
}

function activate(activation: Activation, value: number): number {
  if (activation === "linear") return value;
  return Math.min(activation === "relu6" ? 6 : Infinity, Math.max(0, value));
}
