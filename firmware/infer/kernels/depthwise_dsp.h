// What both ways of the DSP form of depthwise convolutions share.
#ifndef MCU_EVAL_INFER_KERNELS_DEPTHWISE_DSP_H_
#define MCU_EVAL_INFER_KERNELS_DEPTHWISE_DSP_H_

#include <algorithm>

#include "firmware/infer/kernels/plan.h"

namespace mcu_eval::kernels::dsp {

// Images to convolve in: four channels of a part of them at a time as a plane.
// 3x3, strides of 1 or 2, no dilation; any multiplier.
template <typename Plan>
bool IsWalked(const Plan& plan) {
  const Window& w = plan.window;
  return w.kernel_h == 3 && w.kernel_w == 3 && w.dilation_h == 1 &&
         w.dilation_w == 1 && w.stride_h <= 2 && w.stride_w <= 2;
}
size_t WalkScratch(const Window& window);
void WalkDepthwise(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch);
void WalkDepthwise(const Depthwise16& plan, const int16_t* input,
                   int16_t* output, uint8_t* scratch);

// Any kernel: the pixels under it by their addresses, four channels at a time.
size_t TapScratch(const Window& window, size_t element_bytes);
void TapDepthwise(const Depthwise8& plan, const int8_t* input, int8_t* output,
                  uint8_t* scratch);
void TapDepthwise(const Depthwise16& plan, const int16_t* input,
                  int16_t* output, uint8_t* scratch);

inline int32_t ZeroPoint(const Depthwise8& plan) { return plan.in_zero_point; }
inline int32_t ZeroPoint(const Depthwise16&) { return 0; }

// An output from the sum of its products, by whatever rule its channel needs.
inline int8_t End(const Depthwise8& plan, int32_t c, int32_t sum) {
  const Channel8& channel = plan.channels[c];
  return Requantize8(static_cast<int32_t>(static_cast<uint32_t>(sum) +
                                          static_cast<uint32_t>(channel.bias)),
                     channel, plan.output);
}
inline int16_t End(const Depthwise16& plan, int32_t c, int64_t sum) {
  return Requantize16(sum, plan.channels[c], plan.output);
}

}  // namespace mcu_eval::kernels::dsp

#endif  // MCU_EVAL_INFER_KERNELS_DEPTHWISE_DSP_H_
