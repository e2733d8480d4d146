/** The graph of a twin while it is built: layers placed one after another, each tensor under its own name. */

import { type Grid, McuEvalError } from "../core/index.js";
import type { Layer, Param, Ties } from "../nn/index.js";
import { gridOf } from "./io.js";
import type { TfliteModel, TfliteTensor } from "./model.js";

export interface TwinGraph {
  readonly model: TfliteModel;
  readonly layers: Layer[];
  readonly params: Map<string, Param>;
  /** The layer that gives a tensor's values, by the tensor's index. */
  readonly given: Map<number, string>;
}

type WithoutPlace<L> = L extends Layer ? Omit<L, "name" | "inputs"> : never;

/** What a layer computes, without its name and inputs. */
export type LayerBody = WithoutPlace<Layer>;

/** Places the layer that gives tensor `index`, which is on its grid already. @param inputs indices of tensors */
export function place(twin: TwinGraph, index: number, inputs: readonly number[], body: LayerBody): void {
  add(twin, nameOf(twin, index), namesOf(twin, inputs), body);
  twin.given.set(index, nameOf(twin, index));
}

/** Places a layer that computes tensor `index` in floats, as `<name>/float`, and the rounding to its grid. */
export function placeRounded(
  twin: TwinGraph,
  index: number,
  inputs: readonly number[],
  body: LayerBody,
  params: Readonly<Record<string, Param>> = {},
  rounding: { readonly ties?: Ties; readonly nudge?: Float32Array } = {},
): void {
  const name = nameOf(twin, index);
  const float = `${name}/float`;
  add(twin, float, namesOf(twin, inputs), body);
  for (const [role, param] of Object.entries(params)) twin.params.set(`${float}/${role}`, param);
  const { ties = "up", nudge } = rounding;
  add(twin, name, [float], { kind: "fakeQuant", grid: gridAt(twin, index), ties, useNudge: nudge !== undefined });
  if (nudge) twin.params.set(`${name}/nudge`, { data: nudge, shape: [nudge.length] });
  twin.given.set(index, name);
}

export function tensorAt({ model }: TwinGraph, index: number | undefined): TfliteTensor {
  const tensor = model.tensors[index ?? -1];
  if (tensor === undefined) {
    throw new McuEvalError("MODEL_UNSUPPORTED", "an operator of the model lacks a tensor that it needs");
  }
  return tensor;
}

/** The grid of an activation. @throws McuEvalError MODEL_UNSUPPORTED where it is not quantised */
export function gridAt(twin: TwinGraph, index: number): Grid {
  return gridOf(tensorAt(twin, index), "activation");
}

/** The layer that gives a tensor. @throws McuEvalError MODEL_UNSUPPORTED for a constant, or one computed later */
export function givenBy(twin: TwinGraph, index: number): string {
  const layer = twin.given.get(index);
  if (layer === undefined) {
    const what = `tensor "${tensorAt(twin, index).name}" is a constant, expected what an earlier operator gives`;
    throw new McuEvalError("MODEL_UNSUPPORTED", what);
  }
  return layer;
}

function namesOf(twin: TwinGraph, indices: readonly number[]): string[] {
  return indices.map((index) => givenBy(twin, index));
}

/** The tensor's name, or its number where it has none of its own. */
function nameOf({ model }: TwinGraph, index: number): string {
  const name = model.tensors[index]?.name ?? "";
  const isOwn = name !== "" && model.tensors.filter((tensor) => tensor.name === name).length === 1;
  return isOwn ? name : `tensor_${index}`;
}

function add(twin: TwinGraph, name: string, inputs: readonly string[], body: LayerBody): void {
  twin.layers.push({ ...body, name, inputs });
}
