/**
 * Dilated convolutions as plain ones of a kernel with zeros between its taps: the same sum, at the cost of the
 * larger kernel. libtensorflow's own are of no use on the CPU: its depthwise kernel's outputs are wrong, and the
 * gradients of that take no notice of the dilation.
 */

import type { ConvKernel, Kernels, Tensor } from "../kernels.js";
import { dilatedSize } from "../shapes.js";

type Pair = readonly [number, number];

/** @param conv the same convolution, undilated */
export function dilated(conv: ConvKernel, dilations: Pair, kernels: Kernels): ConvKernel {
  const [down, across] = dilations;
  if (down === 1 && across === 1) return conv;

  /** [kh, kw, in, out] with zeros between the taps: each row and column of taps is padded, then the rest cut off. */
  const spread = (kernel: Tensor): Tensor => {
    const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
    const taps = kernels.reshape(kernel, [height, 1, width, 1, inputs * outputs]);
    const gaps = [0, down - 1, 0, across - 1, 0].map((after) => [0, after] as const);
    const whole = kernels.reshape(kernels.pad(taps, gaps), [height * down, width * across, inputs, outputs]);
    return kernels.slice(whole, [0, 0, 0, 0], [...dilatedSize([height, width], dilations), inputs, outputs]);
  };

  /** The taps of a spread kernel. */
  const gather = (whole: Tensor, [height, width, inputs, outputs]: readonly number[]): Tensor => {
    const [h, w, channels] = [height as number, width as number, (inputs as number) * (outputs as number)];
    const margins = [down - 1, across - 1, 0, 0].map((after) => [0, after] as const);
    const cells = kernels.reshape(kernels.pad(whole, margins), [h, down, w, across, channels]);
    const taps = kernels.slice(cells, [0, 0, 0, 0, 0], [h, 1, w, 1, channels]);
    return kernels.reshape(taps, [h, w, inputs as number, outputs as number]);
  };

  return {
    forward: (x, kernel) => conv.forward(x, spread(kernel)),
    inputGradient: (shape, kernel, dy) => conv.inputGradient(shape, spread(kernel), dy),
    kernelGradient(x, shape, dy) {
      const size = dilatedSize([shape[0] as number, shape[1] as number], dilations);
      return gather(conv.kernelGradient(x, [...size, ...shape.slice(2)], dy), shape);
    },
  };
}
