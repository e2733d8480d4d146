import { describe, expect, it } from "vitest";
import { INT8 } from "../../../host/tflite/scheme.js";
import { convKernel, denseKernel, depthwiseKernel, quantizeLinear } from "../../../host/tflite/weights.js";

const counted = (shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
});

describe("kernels in TFLite's layout", () => {
  it("turns [kh, kw, in, out] to [out, kh, kw, in]", () => {
    const kernel = convKernel(counted([2, 1, 3, 2]));
    expect(kernel.shape).toEqual([2, 2, 1, 3]);
    expect([...kernel.data]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    expect([0, 5, 6, 11].map(kernel.channelOf)).toEqual([0, 0, 1, 1]);
  });

  it("keeps a depthwise kernel's order, channel fastest", () => {
    const kernel = depthwiseKernel(counted([1, 2, 2, 2]));
    expect(kernel.shape).toEqual([1, 1, 2, 4]);
    expect([...kernel.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([0, 3, 4, 7].map(kernel.channelOf)).toEqual([0, 3, 0, 3]);
  });

  it("turns [in, out] to [out, in]", () => {
    const kernel = denseKernel(counted([3, 2]));
    expect(kernel.shape).toEqual([2, 3]);
    expect([...kernel.data]).toEqual([0, 2, 4, 1, 3, 5]);
  });
});

describe("quantizeLinear", () => {
  const kernel = denseKernel({ shape: [2, 2], data: Float32Array.of(1.27, 0.1, -0.635, -0.05) });
  const bias = Float32Array.of(0.5, -0.25);

  it("gives each channel its own scale, and biases at input scale times that", () => {
    const linear = quantizeLinear(INT8, kernel, bias, 0.5, true);
    expect([...linear.weights]).toEqual([127, -64, 127, -64]);
    expect(linear.weightScales[0]).toBeCloseTo(0.01, 8);
    expect(linear.weightScales[1]).toBeCloseTo(0.1 / 127, 8);
    expect(linear.biasScales.map((scale, i) => scale / (linear.weightScales[i] as number))).toEqual([0.5, 0.5]);
    expect([...linear.bias]).toEqual([100, -635]);
  });

  it("gives all channels one scale where asked", () => {
    const linear = quantizeLinear(INT8, kernel, bias, 0.5, false);
    expect(linear.weightScales.length).toBe(1);
    expect([...linear.weights]).toEqual([127, -64, 10, -5]);
    expect([...linear.bias]).toEqual([100, -50]);
  });

  it("keeps the bias of a channel whose weights are tiny or zero within reach of 32 bits", () => {
    const dead = denseKernel({ shape: [1, 3], data: Float32Array.of(0, 1e-12, 0) });
    const linear = quantizeLinear(INT8, dead, Float32Array.of(3, -2, 0), 0.02, true);
    expect([...linear.bias].every((value) => Math.abs(value) <= 2 ** 30)).toBe(true);
    const back = [...linear.bias].map((value, i) => value * (linear.biasScales[i] as number));
    expect(back[0]).toBeCloseTo(3, 5);
    expect(back[1]).toBeCloseTo(-2, 5);
    expect(linear.weightScales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
    expect([...linear.weights]).toEqual([0, 0, 0]);
  });
});
