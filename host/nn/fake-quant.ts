/**
 * Fake quantisation: values rounded to a grid but kept as floats (Jacob et al. 2018, arXiv:1712.05877,
 * section 3), with the straight-through estimate of its gradient (Bengio et al. 2013, arXiv:1308.3432):
 * the gradient passes unchanged where the value lies within the grid's ends, and is 0 where it was
 * clamped, as in TensorFlow's FakeQuantWithMinMaxArgsGradient.
 */

import { endsOf, type Grid, rangeOf, snapToGrid } from "../core/index.js";
import type { Ties } from "./graph.js";
import type { FakeQuantKernel, Tensor } from "./kernels.js";

type Tf = typeof import("@tensorflow/tfjs-core");

/**
 * Within these the gradient passes. A little wider than the grid: a value at its very end, such as a white
 * pixel, would lose its gradient to the last bit of a float32 product.
 */
export function straightThroughEnds(grid: Grid): readonly [number, number] {
  const [min, max] = endsOf(grid);
  return [min * (1 + 2 ** -16), max * (1 + 2 ** -16)];
}

/** Bits of the grid's integer type. */
export function gridBits({ type }: Grid): number {
  const [min, max] = rangeOf(type);
  return Math.log2(max - min + 1);
}

/**
 * A mean of n grid points can lie exactly halfway between two, up to float32 noise; no value of a mean of
 * up to 5,000 lies this close below without lying there.
 */
const TIE_SLACK = 1e-4;

/** Fake quantisation in plain loops: of the plain engine, and of ties that no kernel resolves. */
export function plainFakeQuant(tf: Tf, grid: Grid, ties: Ties): FakeQuantKernel {
  const { scale, zeroPoint } = grid;
  const [min, max] = rangeOf(grid.type);
  const round =
    ties === "up"
      ? (q: number) => Math.floor(q + 0.5)
      : (q: number) => Math.sign(q) * Math.floor(Math.abs(q) + 0.5 + TIE_SLACK);
  const rounded = (value: number): number =>
    (Math.min(max, Math.max(min, round(value / scale + zeroPoint))) - zeroPoint) * scale;
  const [low, high] = straightThroughEnds(grid);
  return {
    forward(x) {
      const values = x.dataSync() as Float32Array;
      const snapped = ties === "fromReal0" ? snapToGrid(values, grid) : values.map(rounded);
      return tf.tensor(snapped, x.shape, "float32");
    },
    gradient(dy, x) {
      const values = x.dataSync() as Float32Array;
      const passed = (dy.dataSync() as Float32Array).map((slope, i) => {
        const value = values[i] as number;
        return value >= low && value <= high ? slope : 0;
      });
      return tf.tensor(passed, x.shape, "float32") as Tensor;
    },
  };
}
