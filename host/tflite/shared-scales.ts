/** Activations that must share one scale and zero point, because the kernels between them do not rescale. */

import { McuEvalError } from "../core/index.js";
import type { Graph, LayerKind } from "../nn/index.js";
import type { Range } from "./scheme.js";

/** What a layer's output has as its scale: its own range's, one that is given, or that of its inputs. */
const SCALES: Readonly<Record<LayerKind, "own" | "fixed" | "inputs">> = {
  input: "fixed",
  softmax: "fixed",
  conv2d: "own",
  depthwiseConv2d: "own",
  dense: "own",
  add: "own",
  multiply: "own",
  batchNorm: "own",
  fakeQuant: "own",
  // TFLM's ReLU of mid-2020 does not rescale; nor do TFLite's pooling kernels, nor its CONCATENATION of integers.
  activation: "inputs",
  averagePool2d: "inputs",
  maxPool2d: "inputs",
  flatten: "inputs",
  concat: "inputs",
  zeroPad2d: "inputs",
};

/**
 * Ranges in which all layers that a concatenation brings together have the range of all of them, as TFLite's
 * converter does.
 *
 * @throws McuEvalError MODEL_UNSUPPORTED where one of them has a scale that cannot change
 */
export function shareRanges(graph: Graph, ranges: ReadonlyMap<string, Range>): ReadonlyMap<string, Range> {
  const kinds = new Map(graph.layers.map(({ name, kind }) => [name, kind]));
  /** By layer: the layers with own or fixed scales that its output's scale comes from; one list a group. */
  const sources = new Map<string, string[]>();
  for (const { name, kind, inputs } of graph.layers) {
    const lists = new Set(SCALES[kind] === "inputs" ? inputs.map((input) => sources.get(input) ?? []) : [[name]]);
    const merged = [...new Set([...lists].flat())];
    for (const [layer, list] of sources) if (lists.has(list)) sources.set(layer, merged);
    sources.set(name, merged);
  }
  const shared = new Map(ranges);
  for (const group of new Set(sources.values())) {
    if (group.length < 2) continue;
    const fixed = group.find((name) => SCALES[kinds.get(name) as LayerKind] === "fixed");
    if (fixed !== undefined) {
      const other = group.find((name) => name !== fixed);
      throw new McuEvalError(
        "MODEL_UNSUPPORTED",
        `a concat joins the values of "${fixed}", whose scale is given, with those of "${other}": no kernel rescales them`,
        { hint: "Put a layer with a scale of its own between them, e.g. a 1x1 convolution." },
      );
    }
    const found = group.flatMap((name) => ranges.get(name) ?? []);
    // A missing range is reported where it is asked for.
    if (found.length < group.length) continue;
    const all = { min: Math.min(...found.map(({ min }) => min)), max: Math.max(...found.map(({ max }) => max)) };
    for (const name of group) shared.set(name, all);
  }
  return shared;
}
