/** Where a decision-based attack begins: a point that fools, however far away. */

import type { Noise, Oracle } from "../../core/index.js";
import type { AttackContext } from "../attack.js";
import { isFoolingAt } from "./bisect.js";
import type { Ask, Walker } from "./walk.js";

/** What the search for a start came to. */
export type Start =
  | { readonly kind: "found"; readonly point: Float32Array }
  /** The clean sample fools as it is: there is nothing to look for. */
  | { readonly kind: "clean" }
  | { readonly kind: "none" };

/** Sides of the cells that share one colour, in turn: a network sees one class in most pixel noise. */
const CELLS = [1, 4, 2, 8];

/**
 * Asks the clean sample, then the start that was given, then up to `tries` random points.
 *
 * The random points are uniform in the bounds, as in Brendel et al. 2018, arXiv:1712.04248, section 2;
 * departs: only every fourth is pixel noise, the others are uniform colours of square cells, which
 * reach more classes. Inputs of other ranks than [height, width, channels] get pixel noise only.
 */
export function* findStart(walker: Walker, noise: Noise, tries: number): Generator<Ask, Start, void> {
  if (yield* isFoolingAt(walker.origin)) return { kind: "clean" };
  const point = new Float32Array(walker.origin.length);
  if (walker.start) {
    point.set(walker.start);
    walker.settle(point);
    if (yield* isFoolingAt(point)) return { kind: "found", point };
  }
  for (let k = 0; k < tries; k++) {
    drawPoint(walker, noise, CELLS[k % CELLS.length] as number, point);
    walker.settle(point);
    if (yield* isFoolingAt(point)) return { kind: "found", point };
  }
  return { kind: "none" };
}

function drawPoint({ bounds, inputShape }: Walker, noise: Noise, side: number, out: Float32Array): void {
  const [low, high] = bounds;
  noise.uniforms(out);
  for (let i = 0; i < out.length; i++) out[i] = low + ((high - low) * ((out[i] as number) + 1)) / 2;
  const [height = 0, width = 0, channels = 0] = inputShape;
  if (inputShape.length !== 3 || side === 1) return;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = ((y - (y % side)) * width + (x - (x % side))) * channels;
      const here = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[here + c] = out[corner + c] as number;
    }
  }
}

/** Tells the user of the rows that found no start. */
export function noteNoStart(
  { goal, note }: AttackContext<Oracle, unknown>,
  without: readonly number[],
  tries: number,
): void {
  if (without.length === 0) return;
  const wanted = goal.kind === "targeted" ? "of the target class" : "of another class";
  const some = `${without.slice(0, 5).join(", ")}${without.length > 5 ? ", …" : ""}`;
  const samples = `${without.length} ${without.length === 1 ? "sample" : "samples"} (${some})`;
  const advice = goal.kind === "targeted" ? "add samples of that class, or raise init-size" : "raise init-size";
  note?.(`no point ${wanted} in ${tries} random ones for ${samples}: ${advice}`);
}
