// Tensors of a kernel with weights, drawn; what its plan and the reference
// share.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_WEIGHTED_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_WEIGHTED_H_

#include "tensorflow/lite/kernels/internal/types.h"
#include "test/firmware/kernels/draw.h"

namespace mcu_eval_test {

// Most output channels of a case.
constexpr int32_t kMostChannels = 160;

// How channels end, as plans and as TFLite's reference have it.
template <typename Channel, typename Bias>
struct Ends {
  const Channel* channels;
  Bias bias[kMostChannels];
  int32_t multipliers[kMostChannels];
  int32_t shifts[kMostChannels];
};
using Ends8 = Ends<Channel8, int32_t>;
using Ends16 = Ends<Channel16, int64_t>;

// Channel c's weights are the `depth` ones at c * channel_stride, each
// `weight_stride` after the one before.
const Ends8& DrawEnds8(Trial& trial, const int8_t* weights, int32_t channels,
                       int32_t depth, int32_t channel_stride,
                       int32_t weight_stride, int32_t in_zero_point);
// For int16 activations with 32-bit sums; false where these could overflow.
bool DrawNarrowEnds(Trial& trial, const int8_t* weights, int32_t channels,
                    int32_t depth, const Ends8** ends);
const Ends16& DrawEnds16(Trial& trial, const int8_t* weights, int32_t channels,
                         int32_t depth, int32_t channel_stride,
                         int32_t weight_stride);

// Window, offsets and limits of the reference's convolutions.
template <typename Params>
Params ReferenceParams(const Window& w, int32_t in_zero_point,
                       const Output& output) {
  Params params = {};
  params.input_offset = -in_zero_point;
  params.output_offset = output.zero_point;
  params.stride_height = static_cast<int16_t>(w.stride_h);
  params.stride_width = static_cast<int16_t>(w.stride_w);
  params.dilation_height_factor = static_cast<int16_t>(w.dilation_h);
  params.dilation_width_factor = static_cast<int16_t>(w.dilation_w);
  params.padding_values.height = static_cast<int16_t>(w.pad_top);
  params.padding_values.width = static_cast<int16_t>(w.pad_left);
  params.quantized_activation_min = output.min;
  params.quantized_activation_max = output.max;
  return params;
}

inline tflite::RuntimeShape InputShape(const Window& w) {
  return {{w.batches, w.in_h, w.in_w, w.in_c}};
}
inline tflite::RuntimeShape OutputShape(const Window& w) {
  return {{w.batches, w.out_h, w.out_w, w.out_c}};
}
inline size_t InputCount(const Window& w) {
  return static_cast<size_t>(w.batches) * w.in_h * w.in_w * w.in_c;
}
inline size_t OutputCount(const Window& w) {
  return static_cast<size_t>(w.batches) * w.out_h * w.out_w * w.out_c;
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_WEIGHTED_H_
