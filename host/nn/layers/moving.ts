/** Layers that only move values: flatten, concat, zeroPad2d. */

import { sizeOf } from "../../core/index.js";
import type { Layer } from "../graph.js";
import type { Kernels } from "../kernels.js";
import { first, type LayerOp } from "./layer-op.js";

export function flattenOp(kernels: Kernels): LayerOp {
  return {
    forward(inputs) {
      const x = first(inputs);
      return { inputs, y: kernels.reshape(x, [x.shape[0] ?? 0, sizeOf(x.shape.slice(1))]) };
    },
    backward: (kept, dy) => ({ inputs: [kernels.reshape(dy, first(kept.inputs).shape)], params: {} }),
  };
}

export function concatOp(kernels: Kernels): LayerOp {
  return {
    forward: (inputs) => ({ inputs, y: kernels.concat(inputs) }),
    backward({ inputs }, dy) {
      let channel = 0;
      const gradients = inputs.map(({ shape }) => {
        const begin = shape.map((_, axis) => (axis === shape.length - 1 ? channel : 0));
        channel += shape.at(-1) ?? 0;
        return kernels.slice(dy, begin, shape);
      });
      return { inputs: gradients, params: {} };
    },
  };
}

export function zeroPadOp({ margins }: Extract<Layer, { kind: "zeroPad2d" }>, kernels: Kernels): LayerOp {
  const [vertical, horizontal] = margins;
  const begin = [0, vertical[0], horizontal[0], 0];
  return {
    forward: (inputs) => ({ inputs, y: kernels.pad(first(inputs), [[0, 0], vertical, horizontal, [0, 0]]) }),
    backward: ({ inputs }, dy) => ({ inputs: [kernels.slice(dy, begin, first(inputs).shape)], params: {} }),
  };
}
