// DEPTHWISE_CONV_2D on Armv7E-M with DSP: 3x3 kernels walk planes, see
// depthwise_walk.h, the rest goes tap by tap.
#if defined(__ARM_FEATURE_DSP)

#include "firmware/infer/kernels/depthwise_dsp.h"

#include "firmware/infer/kernels/dsp.h"

namespace mcu_eval::kernels::dsp {

size_t DepthwiseScratch8(const Depthwise8& plan) {
  return IsWalked(plan) ? WalkScratch(plan.window)
                        : TapScratch(plan.window, sizeof(int8_t));
}

size_t DepthwiseScratch16(const Depthwise16& plan) {
  return IsWalked(plan) ? WalkScratch(plan.window)
                        : TapScratch(plan.window, sizeof(int16_t));
}

void RunDepthwise8(const Depthwise8& plan, const int8_t* input, int8_t* output,
                   uint8_t* scratch) {
  if (IsWalked(plan)) {
    WalkDepthwise(plan, input, output, scratch);
  } else {
    TapDepthwise(plan, input, output, scratch);
  }
}

void RunDepthwise16(const Depthwise16& plan, const int16_t* input,
                    int16_t* output, uint8_t* scratch) {
  if (IsWalked(plan)) {
    WalkDepthwise(plan, input, output, scratch);
  } else {
    TapDepthwise(plan, input, output, scratch);
  }
}

}  // namespace mcu_eval::kernels::dsp

#endif  // __ARM_FEATURE_DSP
